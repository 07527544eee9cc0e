"""Processor time and memory of the benchmark's processes, from /proc (proc(5))."""

import os

TICK = os.sysconf("SC_CLK_TCK")
MEGABYTES_PER_PAGE = os.sysconf("SC_PAGESIZE") / 1_048_576


def stat(pid):
    """The fields of /proc/PID/stat from the third on: the name before them may hold spaces."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def families(roots):
    """The processes of each root, with all that they have started: {name: [pid, …]}."""
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            children.setdefault(int(stat(pid)[1]), []).append(int(pid))
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {}
    for name, root in roots.items():
        found[name] = [root]
        for pid in found[name]:
            found[name] += children.get(pid, [])
    return found


def cpu_seconds(roots):
    """Processor seconds of each root, with those of its children that have ended."""
    return {
        name: sum(sum(int(field) for field in stat(pid)[11:15]) for pid in pids) / TICK
        for name, pids in families(roots).items()
    }


def resident_megabytes(roots):
    def of(pid):
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * MEGABYTES_PER_PAGE

    return {name: sum(of(pid) for pid in pids) for name, pids in families(roots).items()}


def busy_seconds():
    """Processor seconds of the whole machine since it was started, with what other machines took of it."""
    with open("/proc/stat") as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK
