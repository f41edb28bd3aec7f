// Package transcript plays conversations with a server, written as text, and
// checks the replies. One corpus of them (commands/testdata) is played to the
// state machine in process, to coordd over TCP, and to a real redis-server.
//
// A transcript looks like what redis-cli shows:
//
//	# A key past its deadline is absent.
//	> PSETEX lease 50 "holder b"
//	OK
//	@ +60ms
//	> GET lease
//	(nil)
//
// A line is one of:
//
//	> CMD arg ...       a command, quoted as in redis-cli, on the plain connection;
//	                    3> on one that speaks RESP3; [name]> or [name]3> on one
//	                    of that name. {1..5} stands for five arguments,
//	                    {x*5} for xxxxx.
//	@ +50ms             the clock moves on
//	# text              a comment
//	~                   the next reply is an array in no particular order
//	~100                numbers of the next reply may be 100 off, where the
//	                    player's clock is the real one
//	? reason            of the next reply only type and length are compared
//	! reason            the next reply differs from Redis 7.0 on purpose
//	!! reason           so does every reply of the file
//	anything else       a line of the reply, until a blank line or one of the above
package transcript
