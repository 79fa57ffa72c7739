#!/bin/bash
# Leads a machine to the registry of its account, which listens on another port than 443. Can be repeated.
# Usage: serve-registry.sh ADDRESS PORT
set -eu
nft -f - <<END
table ip stackwright_registry
delete table ip stackwright_registry
table ip stackwright_registry {
  chain output {
    type nat hook output priority -100;
    ip daddr $1 tcp dport 443 dnat to $1:$2
  }
}
END
