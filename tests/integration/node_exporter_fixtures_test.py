#!/usr/bin/env python3
"""Oreum and Debian's prometheus-node-exporter read the same fixture machine and must say the same.

    node_exporter_fixtures_test.py OREUM NODE_EXPORTER TREE

Every family of the collectors below is compared: names, types, label sets, values, and whether the collector
succeeded. Only collectors whose answer depends on the tree alone are here; the living machine has a test of its own.
Exit code 77 means skipped: there is no node_exporter. With CI=true that is a failure.
"""

import os
import re
import subprocess
import sys
import time
import urllib.request

# Each collector with the beginnings of its families' names.
COLLECTORS = {
    "arp": ["node_arp_"],
    "bonding": ["node_bonding_"],
    "btrfs": ["node_btrfs_"],
    "conntrack": ["node_nf_conntrack_"],
    "cpu": ["node_cpu_seconds_", "node_cpu_guest_", "node_cpu_core_throttles_", "node_cpu_package_throttles_"],
    "cpufreq": ["node_cpu_frequency_", "node_cpu_scaling_"],
    "diskstats": ["node_disk_"],
    "dmi": ["node_dmi_"],
    "edac": ["node_edac_"],
    "entropy": ["node_entropy_"],
    "fibrechannel": ["node_fibrechannel_"],
    "filefd": ["node_filefd_"],
    "hwmon": ["node_hwmon_"],
    "infiniband": ["node_infiniband_"],
    "ipvs": ["node_ipvs_"],
    "loadavg": ["node_load"],
    "mdadm": ["node_md_"],
    "meminfo": ["node_memory_"],
    "netstat": ["node_netstat_"],
    "nfs": ["node_nfs_"],
    "nfsd": ["node_nfsd_"],
    "nvme": ["node_nvme_"],
    "powersupplyclass": ["node_power_supply_"],
    "pressure": ["node_pressure_"],
    "rapl": ["node_rapl_"],
    "schedstat": ["node_schedstat_"],
    "sockstat": ["node_sockstat_"],
    "softnet": ["node_softnet_"],
    "stat": ["node_boot_time_", "node_context_switches_", "node_forks_", "node_intr_", "node_procs_"],
    "tapestats": ["node_tape_"],
    "thermal_zone": ["node_thermal_zone_", "node_cooling_device_"],
    "udp_queues": ["node_udp_"],
    "vmstat": ["node_vmstat_"],
    "xfs": ["node_xfs_"],
    "zfs": ["node_zfs_"],
}

SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def belongs(family):
    """The collector that a family is of; None for those not compared."""
    for collector, beginnings in COLLECTORS.items():
        if any(family.startswith(beginning) for beginning in beginnings):
            return collector
    return None


def parse(text):
    """Types by family, values by (family, labels), success by collector. A label with an empty value is none."""
    types, values, success = {}, {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split()
            types[family] = kind
        if not line or line.startswith("#"):
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"no sample: {line!r}"
        labels = tuple(sorted((name, value) for name, value in LABEL.findall(sample[2] or "") if value))
        key = (sample[1], labels)
        assert key not in values, f"twice: {line!r}"
        values[key] = float(sample[3])
        if sample[1] == "node_scrape_collector_success":
            success[dict(labels)["collector"]] = float(sample[3])
    return types, values, success


def ask_oreum(program, tree):
    command = [program, "collect", "--procfs", f"{tree}/proc", "--sysfs", f"{tree}/sys", "--rootfs", f"{tree}/root"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {run.returncode}\n{run.stderr}")
    return run.stdout


def listening_address(process):
    """Where a node_exporter started on port 0 listens: it logs the 0, the kernel's table of sockets knows better."""
    inodes = set()
    folder = f"/proc/{process.pid}/fd"
    for name in os.listdir(folder):
        try:
            target = os.readlink(f"{folder}/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in table.readlines()[1:]:
            field = row.split()
            if field[3] == "0A" and field[9] in inodes:
                return f"127.0.0.1:{int(field[1].split(':')[1], 16)}"
    return None


def ask_node_exporter(program, tree):
    command = [program, f"--path.procfs={tree}/proc", f"--path.sysfs={tree}/sys", f"--path.rootfs={tree}/root", f"--path.udev.data={tree}/root/run/udev/data",
               "--web.listen-address=127.0.0.1:0", "--web.disable-exporter-metrics", "--collector.disable-defaults"]
    command += [f"--collector.{name}" for name in COLLECTORS]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stderr:  # what it says when it is about to serve
                if "Listening on" in line:
                    break
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and process.poll() is None:
                address = listening_address(process)
                if address:
                    with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
                        return answer.read().decode()
            sys.exit(f"{program} does not listen: {process.poll()}")
        finally:
            process.terminate()
            process.stderr.close()


def differences(ours, theirs):
    our_types, our_values, our_success = ours
    their_types, their_values, their_success = theirs
    for key in sorted(our_values.keys() | their_values.keys()):
        family, labels = key
        if belongs(family) is None:
            continue
        shown = family + "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}"
        if key not in our_values:
            yield f"missing: {shown} {their_values[key]}"
        elif key not in their_values:
            yield f"not node_exporter's: {shown} {our_values[key]}"
        elif our_values[key] != their_values[key]:
            yield f"{shown}: {our_values[key]}, node_exporter says {their_values[key]}"
    for family in sorted(our_types.keys() & their_types.keys()):
        if belongs(family) and our_types[family] != their_types[family]:
            yield f"{family} is a {our_types[family]}, node_exporter's a {their_types[family]}"
    for collector in COLLECTORS:
        if our_success.get(collector) != their_success.get(collector):
            yield (f"collector {collector}: success {our_success.get(collector)}, "
                   f"node_exporter's {their_success.get(collector)}")


def main():
    oreum, node_exporter, tree = sys.argv[1:4]
    tree = os.path.abspath(tree)
    if not os.access(node_exporter, os.X_OK):
        print(f"no node_exporter at {node_exporter}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    ours = parse(ask_oreum(oreum, tree))
    theirs = parse(ask_node_exporter(node_exporter, tree))
    compared = sum(belongs(family) is not None for family, _ in theirs[1])
    found = list(differences(ours, theirs))
    print("\n".join(found))
    print(f"{compared} series compared, {len(found)} differences")
    sys.exit(1 if found or compared == 0 else 0)


if __name__ == "__main__":
    main()
