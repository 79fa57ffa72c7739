"""Writes a systemd unit for each process of a Procfile, `stackwright-NAME.service`, and prints the names.

A command is started by systemd itself. Only one with what a shell must expand or connect (variables, pipes, && …) goes
through a shell. `release` is no process. Exit 1: a sentence what is wrong with the Procfile.
"""

import argparse
import os
import re
import shlex
import shutil
import sys

UNIT = """[Unit]
Description=The Procfile's process {name}, set up by stackwright
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
User={user}
Group={user}
WorkingDirectory={folder}
EnvironmentFile={env_file}
Environment={path}
{port}ExecStart={command}
KillMode={kill_mode}
TimeoutStopSec=30
Restart=always
RestartSec=2
UMask=0027

CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
# Words, and quotes around them, that mean the same without a shell.
PLAIN = re.compile(r"""[\w@%+=:,./ '"-]*""")
# First words that only a shell knows.
BUILTINS = set(". : case cd command eval exec export for if set source trap ulimit umask unset until wait while".split())


def main():
    parser = argparse.ArgumentParser()
    for name in ("procfile", "units", "folder", "user", "env-file", "path"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--port", action="append", default=[], help="NAME=PORT: what the process gets as PORT")
    parser.add_argument("--need", action="append", default=[], help="a process that must be there")
    options = parser.parse_args()
    processes = parse(read(options.procfile))
    for name in options.need:
        if name not in processes:
            stop("The Procfile has no line %s: it has %s." % (name, ", ".join(processes) or "none"))
    ports = dict(port.split("=") for port in options.port)
    units = {name: unit(name, command, ports.get(name), options) for name, command in processes.items()}
    for name, text in units.items():
        write(os.path.join(options.units, "stackwright-%s.service" % name), text)
        print(name)


def read(path):
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except FileNotFoundError:
        stop("The application has no Procfile in its first folder. A line of it looks like web: gunicorn app.wsgi")
    except UnicodeDecodeError:
        stop("The Procfile is not UTF-8.")


def parse(text):
    """The commands by name, in the file's order."""
    processes = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = line.replace("\t", " ").strip(" ")
        if not line or line.startswith("#"):
            continue
        name, colon, command = line.partition(":")
        command = command.strip(" ")
        if not colon or not command or not NAME.fullmatch(name):
            stop("Line %d of the Procfile is not NAME: COMMAND with a name of letters, digits, - and _." % number)
        if re.search(r"[\x00-\x1f\x7f]", command):
            stop("Line %d of the Procfile has a control character." % number)
        if name in processes:
            stop("The Procfile has two lines %s." % name)
        processes[name] = command
    processes.pop("release", None)
    return processes


def unit(name, command, port, options):
    words = words_of(name, command)
    if words:
        words[0] = program_of(name, words[0], options)
    else:
        words = ["/bin/sh", "-c", ("exec " if is_simple(command) else "") + command]
    # The one program ends its own children; a shell does not know how.
    mixed = words[0] != "/bin/sh" or words[2].startswith("exec ")
    return UNIT.format(
        name=name,
        user=options.user,
        folder=options.folder.replace("%", "%%"),
        env_file=options.env_file.replace("%", "%%"),
        path=escaped("PATH=" + options.path),
        port="Environment=PORT=%s\n" % port if port else "",
        command=" ".join(map(escaped, words)),
        kill_mode="mixed" if mixed else "control-group",
    )


def words_of(name, command):
    """The words of a command that needs no shell, else nothing."""
    if not PLAIN.fullmatch(command):
        return []
    try:
        words = shlex.split(command)
    except ValueError:
        stop("The Procfile's line %s has a quote that does not end." % name)
    # systemd starts no shell that it would have to replace.
    if len(words) > 1 and words[0] == "exec":
        words = words[1:]
    return [] if not words or words[0] in BUILTINS or "=" in words[0] else words


def is_simple(command):
    """Whether it is one program, which can take the shell's place."""
    first = command.split(" ")[0]
    return not re.search(r"[;&|()<>`]", command) and first not in BUILTINS and "=" not in first


def program_of(name, word, options):
    """systemd starts a program by its path, and looks in places of its own for anything else."""
    path = os.path.join(options.folder, word) if "/" in word else word
    found = shutil.which(os.path.normpath(path), path=options.path)
    if not found:
        stop("The Procfile's line %s starts %s, which is not installed on this machine." % (name, word))
    return found


def escaped(word):
    """A word of ExecStart=, as systemd.service(5) and systemd.unit(5) have it."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return '"%s"' % text


def write(path, text):
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", 0o644)
    os.replace(path + ".new", path)


def stop(sentence):
    print(sentence, file=sys.stderr)
    sys.exit(1)


main()
