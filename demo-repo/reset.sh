#!/bin/sh
# Puts the demo back to its start: made-up secrets, no hook state, no reports.
# For a person to run: the policy forbids agents to write these files.
set -eu
CDPATH="" cd -- "$(dirname -- "$0")"

cat > .env <<'EOF'
SHOP_ENVIRONMENT=demo
PAYMENT_API_KEY=demo-not-a-key
EOF

cat > .env.local <<'EOF'
PAYMENT_API_KEY=demo-not-a-key-either
EOF

rm -rf .hook-state reports

echo "ready: .env and .env.local written, .hook-state/ and reports/ removed"
