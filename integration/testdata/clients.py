"""Drives redis-py in its three modes against three nodes.

Arguments: the master's name, then HOST:PORT of every node. Any fault is an
exception, which ends the script with a code other than 0.
"""

import sys

import redis
from redis.cluster import ClusterNode, RedisCluster
from redis.sentinel import Sentinel

KEYS = 200
TIMEOUT = 20


def require(ok, what):
    if not ok:
        raise AssertionError(what)


def seen_at_once(mode, writer, reader):
    """Every value written through one client is read at once through another."""
    for i in range(KEYS):
        key = f"py:{mode}:{i}"
        require(writer.set(key, i), f"SET {key}")
        got = reader.get(key)
        require(got == str(i), f"{key} was read as {got!r}")


def plain(addrs):
    clients = [
        redis.Redis(host, port, socket_timeout=TIMEOUT, decode_responses=True)
        for host, port in addrs
    ]
    seen_at_once("plain", clients[0], clients[1])
    with clients[2].pipeline(transaction=False) as pipe:
        for i in range(KEYS):
            pipe.incr(f"py:plain:{i}")
        require(pipe.execute() == list(range(1, KEYS + 1)), "INCR in a pipeline")


def sentinel(name, addrs):
    s = Sentinel(addrs, socket_timeout=TIMEOUT, decode_responses=True)
    host, port = s.discover_master(name)
    require((host, int(port)) in addrs, f"the master {host}:{port} is none of the nodes")
    slaves = s.discover_slaves(name)
    require(len(slaves) == 2 and (host, port) not in slaves, f"the slaves are {slaves}")
    others = s.sentinels[0].sentinel_sentinels(name)
    require(len(others) == 2, f"the other sentinels are {others}")
    quorum = s.sentinels[0].execute_command("SENTINEL", "CKQUORUM", name)
    require(quorum.startswith(b"OK 3 usable"), f"CKQUORUM says {quorum}")
    master, slave = s.master_for(name), s.slave_for(name)
    seen_at_once("sentinel", master, slave)
    require(master.role()[0] == "master", "the role of the master")
    require(slave.role()[0] == "slave", "the role of the slave")
    require(master.info("replication")["connected_slaves"] == 2, "INFO's connected_slaves")
    try:
        s.discover_master("nobody")
    except redis.sentinel.MasterNotFoundError:
        pass
    else:
        raise AssertionError("there is a master called nobody")


def cluster(addrs):
    nodes = [ClusterNode(host, port) for host, port in addrs]
    rc = RedisCluster(startup_nodes=nodes, socket_timeout=TIMEOUT, decode_responses=True)
    seen_at_once("cluster", rc, rc)
    require(rc.cluster_info()["cluster_state"] == "ok", "CLUSTER INFO")
    require(len(rc.cluster_nodes()) == len(addrs), "CLUSTER NODES")
    require(rc.mset_nonatomic({"py:a": 1, "py:b": 2, "py:c": 3}), "MSET by slot")
    require(rc.mget_nonatomic("py:a", "py:b", "py:c") == ["1", "2", "3"], "MGET by slot")
    slot = rc.keyslot("py:a")
    require(rc.cluster_countkeysinslot(slot) >= 1, "COUNTKEYSINSLOT")
    require("py:a" in rc.cluster_get_keys_in_slot(slot, 10), "GETKEYSINSLOT")
    with rc.pipeline() as pipe:
        for i in range(KEYS):
            pipe.incr(f"py:cluster:{i}")
        require(pipe.execute() == list(range(1, KEYS + 1)), "INCR in a pipeline")
    host, port = addrs[0]
    seen_at_once("both", rc, redis.Redis(host, port, decode_responses=True))


def main():
    name = sys.argv[1]
    addrs = []
    for arg in sys.argv[2:]:
        host, port = arg.rsplit(":", 1)
        addrs.append((host, int(port)))
    plain(addrs)
    sentinel(name, addrs)
    cluster(addrs)
    print("all is well")


main()
