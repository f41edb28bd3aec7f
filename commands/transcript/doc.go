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
//	[name]<             a message that comes by itself; its lines follow as those
//	                    of a reply do ([name]3< where RESP3 is spoken)
//	@ +50ms             the clock moves on
//	# text              a comment
//	~                   the next reply is an array in no particular order
//	~100                numbers of the next reply may be 100 off, where the
//	                    player's clock is the real one
//	? reason            of the next reply only type and length are compared
//	(integer) <name>    as (or in) a reply: some number, which is called <name> from
//	                    here on, in replies and as an argument of commands
//	! reason            the next reply differs from Redis 7.0 on purpose
//	!! reason           so does every reply of the file
//	anything else       a line of the reply, until a blank line or one of the above
package transcript
