"""Leader election with LOCK and FENCE: the leader's process is killed, another
takes over, and a write of the dead one that arrives late is refused."""

import multiprocessing
import os
import signal
import time

import redis

from rig import ADDRS, main, require

# One tag: the election and what its leader writes are in one group of keys.
NAME, KEY, TTL = "py:{election}", "py:{election}:plan", 2000  # ms


# doc: election-py
def lead(db, candidate, work):
    """Campaigns, then calls work(token) again and again while it leads."""
    owner = f"{candidate}/{os.urandom(8).hex()}"  # a term of its own, also after a restart
    token = None
    while token is None:
        token = db.execute_command("LOCK", NAME, owner, TTL, "WAIT", 5000)
    while True:
        sent = time.monotonic()
        if db.execute_command("LOCK", NAME, owner, TTL) != token:  # renews it
            return  # another has led meanwhile
        while time.monotonic() < sent + TTL / 3000:
            work(token)


def write(db, token, plan):
    """Fails with FENCED when another has become leader since token was granted."""
    db.execute_command("FENCE", NAME, token, "SET", KEY, plan)
# end


def candidate(name, addr, tokens):
    db = redis.Redis(*addr)

    def work(token):
        write(db, token, f"the plan of {name}")
        tokens.put(token)
        time.sleep(0.1)

    lead(db, name, work)


def begin(name, addr):
    tokens = multiprocessing.Queue()
    process = multiprocessing.Process(target=candidate, args=(name, addr, tokens), daemon=True)
    process.start()
    return process, tokens


def takeover():
    first, first_tokens = begin("first", ADDRS[0])
    old = first_tokens.get(timeout=30)
    second, second_tokens = begin("second", ADDRS[1])
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    token = second_tokens.get(timeout=30)
    require(token > old, f"token {token} after {old}")
    db = redis.Redis(*ADDRS[2], decode_responses=True)
    try:
        write(db, old, "the plan of first")  # sent before it died
        raise AssertionError("a leader of the past has written")
    except redis.ResponseError as refused:
        require(str(refused).startswith(f"FENCED token {old} is older than "), refused)
    require(db.get(KEY) == "the plan of second", "the leader's plan")
    second.kill()
    second.join()


def resignation():
    """The next leads at once when the leader gives the lock back."""
    one, two = redis.Redis(*ADDRS[0]), redis.Redis(*ADDRS[1])
    old = one.execute_command("LOCK", NAME, "one", 60000, "WAIT", 30000)
    require(two.execute_command("LOCK", NAME, "two", 60000) is None, "two leaders")
    # doc: election-py-resign
    resigned = one.execute_command("UNLOCK", NAME, "one")  # 0: it did not lead any more
    # end
    require(resigned == 1, "resigning")
    require(two.execute_command("LOCK", NAME, "two", 60000, "WAIT", 30000) > old, "the next token")
    require(two.execute_command("UNLOCK", NAME, "two") == 1, "resigning")


if __name__ == "__main__":
    main(takeover, resignation)
