"""redis-py in its three modes."""

import redis
from redis.cluster import ClusterNode, RedisCluster
from redis.sentinel import MasterNotFoundError, Sentinel

from rig import ADDRS, NAME, eventually, kill_leader, main, raises, require

KEYS = 200
TIMEOUT = 20


def seen_at_once(mode, writer, reader):
    """Every value written through one client is read at once through another."""
    for i in range(KEYS):
        key = f"py:{mode}:{i}"
        require(writer.set(key, i), f"SET {key}")
        got = reader.get(key)
        require(got == str(i), f"{key} was read as {got!r}")


def plain():
    # doc: redis-py
    host, port = ADDRS[0]
    r = redis.Redis(host, port, decode_responses=True)
    r.set("py:greeting", "hello", ex=60)
    print(r.get("py:greeting"))
    # end
    clients = [redis.Redis(host, port, socket_timeout=TIMEOUT, decode_responses=True) for host, port in ADDRS]
    seen_at_once("plain", clients[0], clients[1])
    with clients[2].pipeline(transaction=False) as pipe:
        for i in range(KEYS):
            pipe.incr(f"py:plain:{i}")
        require(pipe.execute() == list(range(1, KEYS + 1)), "INCR in a pipeline")


def sentinel():
    # doc: redis-py-sentinel
    s = Sentinel(ADDRS, socket_timeout=TIMEOUT, decode_responses=True)
    master, slave = s.master_for(NAME), s.slave_for(NAME)
    master.set("py:sentinel", "written")
    print(slave.get("py:sentinel"))  # always "written"
    # end
    host, port = s.discover_master(NAME)
    require((host, int(port)) in ADDRS, f"the master {host}:{port} is none of the nodes")
    slaves = s.discover_slaves(NAME)
    require(len(slaves) == 2 and (host, port) not in slaves, f"the slaves are {slaves}")
    others = s.sentinels[0].sentinel_sentinels(NAME)
    require(len(others) == 2, f"the other sentinels are {others}")
    quorum = s.sentinels[0].execute_command("SENTINEL", "CKQUORUM", NAME)
    require(quorum.startswith(b"OK 3 usable"), f"CKQUORUM says {quorum}")
    seen_at_once("sentinel", master, slave)
    require(master.role()[0] == "master", "the role of the master")
    require(slave.role()[0] == "slave", "the role of the slave")
    require(master.info("replication")["connected_slaves"] == 2, "INFO's connected_slaves")
    raises(MasterNotFoundError, "a master called nobody", s.discover_master, "nobody")


def cluster():
    # doc: redis-py-cluster
    nodes = [ClusterNode(host, port) for host, port in ADDRS]
    rc = RedisCluster(startup_nodes=nodes, socket_timeout=TIMEOUT, decode_responses=True)
    rc.set("py:cluster", "hello")
    print(rc.get("py:cluster"))
    # end
    seen_at_once("cluster", rc, rc)
    require(rc.cluster_info()["cluster_state"] == "ok", "CLUSTER INFO")
    require(len(rc.cluster_nodes()) == len(ADDRS), "CLUSTER NODES")
    require(rc.mset_nonatomic({"py:a": 1, "py:b": 2, "py:c": 3}), "MSET by slot")
    require(rc.mget_nonatomic("py:a", "py:b", "py:c") == ["1", "2", "3"], "MGET by slot")
    slot = rc.keyslot("py:a")
    require(rc.cluster_countkeysinslot(slot) >= 1, "COUNTKEYSINSLOT")
    require("py:a" in rc.cluster_get_keys_in_slot(slot, 10), "GETKEYSINSLOT")
    with rc.pipeline() as pipe:
        for i in range(KEYS):
            pipe.incr(f"py:cluster:{i}")
        require(pipe.execute() == list(range(1, KEYS + 1)), "INCR in a pipeline")
    host, port = ADDRS[0]
    seen_at_once("both", rc, redis.Redis(host, port, decode_responses=True))


def failover():
    """A plain client of a node that lives on sees a pause; a Sentinel client finds
    the next master; nothing that was acknowledged is lost."""
    host, port = ADDRS[0]
    r = redis.Redis(host, port, decode_responses=True)
    s = Sentinel(ADDRS, socket_timeout=TIMEOUT, decode_responses=True)
    master, slave = s.master_for(NAME), s.slave_for(NAME)
    for i in range(KEYS):
        r.set(f"py:failover:{i}", i)
    kill_leader()
    for i in range(KEYS, 2 * KEYS):
        require(r.set(f"py:failover:{i}", i), "SET after the leader was killed")
    for i in range(2 * KEYS):
        require(r.get(f"py:failover:{i}") == str(i), f"value {i}")

    def written():
        try:
            return master.set("py:failover:sentinel", "again")
        except redis.ConnectionError:
            return False

    def read():
        try:
            return slave.get("py:failover:sentinel") == "again"
        except redis.ConnectionError:
            return False

    eventually("a write to the next master", written)
    eventually("a read from a replica", read)


main(plain, sentinel, cluster, failover)
