#!/usr/bin/python3
"""
Stands for the cloud's agent on each machine. Usage: agent.py start <order.json | run FOLDER | wait ID SECONDS | stop ID

Commands are started as units of their own, so that they go on when the server of the embedded cloud is killed, and
their results are found afterwards. Output is kept as the real agent keeps it: the first 6000 bytes and the last ones,
24 KB in all, with the number of bytes dropped between.
"""

import base64
import ctypes
import json
import os
import pwd
import re
import signal
import subprocess
import sys
import threading
import time

ROOT = "/var/lib/stackwright-assistant"
HEAD = 6000
TAIL = 24 * 1024 - HEAD


def start():
    order = json.load(sys.stdin)
    folder = folder_of(order["id"])
    os.makedirs(folder, mode=0o711, exist_ok=True)
    if os.path.exists(folder + "/result.json"):
        return
    with open(folder + "/order.json", "w") as file:
        os.chmod(file.name, 0o600)
        json.dump(order, file)
    # A unit of this name that is there already is this very command, started before.
    unit = ["--unit", unit_of(order["id"]), "--quiet", "--collect", "-p", "KillMode=process"]
    done = subprocess.run(["systemd-run", *unit, sys.argv[0], "run", folder], capture_output=True, text=True)
    if done.returncode != 0 and "already" not in done.stderr:
        sys.exit(done.stderr)


def run(folder):
    with open(folder + "/order.json") as file:
        order = json.load(file)
    # PR_SET_CHILD_SUBREAPER: orphans of the command become our children, not init's, so the whole tree is known.
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    began = time.time()
    try:
        result = execute(folder, order)
    except Refused as refusal:
        result = {"status": "Failed", "exitCode": 1, "output": "", "dropped": 0}
        result.update(zip(("errorCode", "errorInfo"), refusal.args))
    result.update(began=began, ended=time.time())
    with open(folder + "/result.new", "w") as file:
        os.chmod(file.name, 0o600)
        json.dump(result, file)
    os.rename(folder + "/result.new", folder + "/result.json")
    if os.path.exists(folder + "/script"):
        os.unlink(folder + "/script")
    os.unlink(folder + "/order.json")


class Refused(Exception):
    pass


stopped = threading.Event()


def execute(folder, order):
    try:
        user = pwd.getpwnam(order["user"])
    except KeyError:
        raise Refused("UserInvalid", "The specified user does not exist on this machine.")
    if not os.path.isdir(order["folder"]):
        raise Refused("DirectoryNotExist", "The specified working directory does not exist on this machine.")
    script = folder + "/script"
    with open(script, "wb") as file:
        os.chmod(script, 0o700)
        os.chown(script, user.pw_uid, user.pw_gid)
        file.write(base64.b64decode(order["script"]))
    home = {"HOME": user.pw_dir, "USER": user.pw_name, "LOGNAME": user.pw_name, "SHELL": user.pw_shell}
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    # STACKWRIGHT_PACKAGES tells setup scripts that this image already holds what they need as Debian's packages.
    process = subprocess.Popen(
        ["/bin/sh", "-c", script],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        cwd=order["folder"], env={"PATH": path, "LANG": "C.UTF-8", "STACKWRIGHT_PACKAGES": "distribution", **home},
        user=user.pw_uid, group=user.pw_gid, extra_groups=os.getgrouplist(user.pw_name, user.pw_gid),
    )
    output = Output(process.stdout)
    until = time.monotonic() + order["timeout"]
    status = None
    while process.poll() is None and status is None:
        if stopped.wait(0.05):
            status = "Terminated"
        elif time.monotonic() > until:
            status = "Timeout"
    if status:
        kill(process, order["tree"])
    process.wait()
    # What still runs in the background may hold the pipe; it is not waited for.
    output.thread.join(1)
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    return {**output.kept(), "exitCode": code, "status": status or ("Success" if code == 0 else "Failed")}


class Output:
    def __init__(self, pipe):
        self.pipe, self.head, self.tail, self.dropped = pipe, b"", b"", 0
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while part := self.pipe.read1(65536):
            room = HEAD - len(self.head)
            self.head += part[:room]
            self.tail += part[room:]
            over = len(self.tail) - TAIL
            if over > 0:
                self.tail, self.dropped = self.tail[over:], self.dropped + over

    def kept(self):
        return {"output": base64.b64encode(self.head + self.tail).decode(), "dropped": self.dropped}


def kill(process, tree):
    process.kill()
    while tree and (left := descendants()):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        time.sleep(0.02)


def descendants():
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/" + name + "/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(name)] = int(fields[1])
    found, frontier = set(), {os.getpid()}
    while frontier:
        frontier = {pid for pid, parent in parents.items() if parent in frontier} - found
        found |= frontier
    return found


def wait(id, seconds):
    folder = folder_of(id)
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        if os.path.exists(folder + "/result.json"):
            break
        if subprocess.run(["systemctl", "is-active", "--quiet", unit_of(id)]).returncode != 0:
            # It may have ended between the two checks.
            if not os.path.exists(folder + "/result.json"):
                print(json.dumps({"lost": True}))
                return
        time.sleep(0.1)
    else:
        print(json.dumps({"running": True}))
        return
    with open(folder + "/result.json") as file:
        print(file.read())


def stop(id):
    subprocess.run(["systemctl", "kill", "--kill-who=main", "--signal=TERM", unit_of(id)], capture_output=True)


def folder_of(id):
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", id):
        sys.exit("not an id")
    return ROOT + "/" + id


def unit_of(id):
    return "assistant-" + id + ".service"


if __name__ == "__main__":
    os.makedirs(ROOT, mode=0o711, exist_ok=True)
    {"start": start, "run": run, "wait": wait, "stop": stop}[sys.argv[1]](*sys.argv[2:])
