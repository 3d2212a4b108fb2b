#!/usr/bin/env bash
# Autograder of "{title}" ({id}). Gradescope runs this once, when it builds the image; nothing after it needs a network.
# The image needs glibc {glibc} or newer.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends gcc libc6-dev curl ca-certificates

# Exactly the compiler that made the library: rustc reads no other's.
export RUSTUP_HOME=${RUSTUP_HOME:-/opt/gradus/rustup} CARGO_HOME=${CARGO_HOME:-/opt/gradus/cargo}
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
    sh -s -- -y --no-modify-path --profile minimal --default-toolchain {rust}

found=$("$CARGO_HOME/bin/rustc" +{rust} --version)
if [ "$found" != "{version}" ]; then
    echo "the library was made by {version}, and rustup installed $found" >&2
    exit 1
fi
chmod +x "$here/gradus" "$here/run_autograder"
"$here/gradus" --version
# For the log: the protection that submissions will run under. A build may have less than a run.
"$here/gradus" sandbox doctor || true
