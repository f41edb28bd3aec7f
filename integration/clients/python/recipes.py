"""What redis-py has on top of commands: locks, transactions, scripts, pub/sub."""

import threading

import redis
from redis.exceptions import LockError, WatchError

from rig import ADDRS, kill_leader, main, raises, require

CLIENTS = [redis.Redis(host, port, decode_responses=True) for host, port in ADDRS]
FIRST, SECOND, _ = CLIENTS


def lock():
    # doc: redis-py-lock
    with FIRST.lock("py:lock", timeout=10, blocking_timeout=5):
        print("alone")
    # end
    held = FIRST.lock("py:lock", timeout=10)
    other = SECOND.lock("py:lock", timeout=10, blocking=False)
    require(held.acquire(), "acquire")
    require(not other.acquire(), "a second holder")
    require(held.extend(20) and 20 < FIRST.ttl("py:lock") <= 30, "extend")
    require(held.reacquire() and FIRST.ttl("py:lock") <= 10, "reacquire")
    waiting = SECOND.lock("py:lock", timeout=10, blocking_timeout=10, sleep=0.01, thread_local=False)
    got = []
    waiter = threading.Thread(target=lambda: got.append(waiting.acquire()))
    waiter.start()
    held.release()
    waiter.join()
    require(got == [True], "the lock after its release")
    raises(LockError, "a release of a lock that is not held", held.release)
    waiting.release()


def transactions():
    # doc: redis-py-transaction
    def double(pipe):
        value = int(pipe.get("py:n"))
        pipe.multi()
        pipe.set("py:n", value * 2)

    FIRST.set("py:n", 21)
    FIRST.transaction(double, "py:n")
    print(FIRST.get("py:n"))
    # end
    require(SECOND.get("py:n") == "42", "the doubled value")
    with FIRST.pipeline() as pipe:
        pipe.watch("py:n")
        SECOND.incr("py:n")
        pipe.multi()
        pipe.set("py:n", "lost update")
        raises(WatchError, "a watched key has changed", pipe.execute)
    require(FIRST.get("py:n") == "43", "the other client's value")
    with FIRST.pipeline(transaction=True) as pipe:
        pipe.incr("py:n").lpush("py:n", "x").get("py:n")
        one, wrong, value = pipe.execute(raise_on_error=False)
        require(one == 44 and isinstance(wrong, redis.ResponseError) and value == "44", "a failing command")


def increments():
    """Counting by WATCH from all nodes at once loses nothing."""
    FIRST.set("py:count", 0)

    def work(r):
        def step(pipe):
            value = int(pipe.get("py:count"))
            pipe.multi()
            pipe.set("py:count", value + 1)

        for _ in range(30):
            r.transaction(step, "py:count")

    threads = [threading.Thread(target=work, args=(r,)) for r in CLIENTS]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    require(FIRST.get("py:count") == "90", f"the count is {FIRST.get('py:count')}")


def scripts():
    # doc: redis-py-script
    take = FIRST.register_script(
        """
        local n = tonumber(redis.call('GET', KEYS[1]) or '0')
        if n < tonumber(ARGV[1]) then return redis.error_reply('only ' .. n .. ' left') end
        return redis.call('DECRBY', KEYS[1], ARGV[1])
        """
    )
    FIRST.set("py:stock", 10)
    print(take(keys=["py:stock"], args=[3]))
    # end
    require(SECOND.get("py:stock") == "7", "the stock")
    raises(redis.ResponseError, "an error of the script", take, keys=["py:stock"], args=[8])
    require(take(keys=["py:stock"], args=[7], client=SECOND) == 0, "EVALSHA on another node")


def pubsub():
    # doc: redis-py-pubsub
    p = FIRST.pubsub(ignore_subscribe_messages=True)
    p.subscribe("py:news")
    # end
    p.psubscribe("py:new?")
    seen = set()

    def listen():
        while len(seen) < 2:
            message = p.get_message(timeout=1)
            if message:
                seen.add((message["type"], message["channel"], message["data"]))

    p.get_message(timeout=1)
    p.get_message(timeout=1)
    require(SECOND.publish("py:news", "hello") == 2, "the number of receivers")
    listen()
    require(seen == {("message", "py:news", "hello"), ("pmessage", "py:news", "hello")}, f"seen {seen}")
    p.close()


def blocking():
    """A pop that waits while the leader is killed gets its element."""
    got = []
    host, port = ADDRS[0]
    waiter = threading.Thread(
        target=lambda: got.append(redis.Redis(host, port, decode_responses=True).blpop("py:queue", timeout=60))
    )
    waiter.start()
    while SECOND.info("clients")["blocked_clients"] + FIRST.info("clients")["blocked_clients"] == 0:
        pass
    kill_leader()
    SECOND.rpush("py:queue", "task")
    waiter.join()
    require(got == [("py:queue", "task")], f"popped {got}")


main(lock, transactions, increments, scripts, pubsub, blocking)
