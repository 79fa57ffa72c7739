#!/bin/bash
# Makes of a fresh Debian what stands for the official image of Debian, as root, after install-packages.sh.

# Nothing is pulled in later: there is no way out.
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
