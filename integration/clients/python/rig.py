"""What the programs of this folder share. Each is called as

    python3 <program>.py <master's name> <host:port> ...

with the present leader last, prints "all is well" at its end, and fails with an
exception. "@kill-leader" on a line of its own asks the test to kill the leader,
which it answers with a line on standard input.
"""

import sys
import time

NAME = sys.argv[1]
ADDRS = [(host, int(port)) for host, port in (arg.rsplit(":", 1) for arg in sys.argv[2:])]


def require(ok, what):
    if not ok:
        raise AssertionError(what)


def raises(kind, what, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except kind:
        return
    raise AssertionError(f"{what}: no {kind.__name__}")


def eventually(what, check, seconds=15):
    end = time.monotonic() + seconds
    while not check():
        require(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.01)


def kill_leader():
    print("@kill-leader", flush=True)
    require(sys.stdin.readline() == "killed\n", "the leader lives")


def main(*parts):
    for part in parts:
        print("-", part.__name__, flush=True)
        part()
    print("all is well")
