#!/bin/sh
# mmdebstrap runs this before the packages are installed, with the new root as $1.
set -eu
root=$1

# No daemon starts while the base is built.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

chroot "$root" debconf-set-selections <<'ANSWERS'
postfix postfix/main_mailer_type select Internet Site
postfix postfix/mailname string lab.example
postfix postfix/root_address string root
postfix postfix/chattr boolean false
ANSWERS
