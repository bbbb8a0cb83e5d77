#!/bin/sh
# mmdebstrap runs this once all packages are installed, with the new root as $1.
set -eu
root=$1
rm -f "$root/usr/sbin/policy-rc.d"

# What an administrator of a cluster has at boot. Postfix stays as its package left it: enabled.
chroot "$root" systemctl enable corosync.service pacemaker.service pcsd.service ssh.service
chroot "$root" systemctl disable nginx.service

# The network is made from outside, the clock is the host's, and nobody fetches package lists.
chroot "$root" systemctl mask \
  networking.service systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service \
  systemd-resolved.service systemd-timesyncd.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer man-db.timer logrotate.timer systemd-logind.service \
  getty.target console-getty.service systemd-firstboot.service

# Each time systemd reads its units again it runs all generators. Those that ask for disks, consoles and ways to boot find
# nothing in a container, and three nodes that run them at once keep a small machine busy.
mkdir -p "$root/etc/systemd/system-generators"
for generator in cryptsetup debug fstab getty gpt-auto hibernate-resume integritysetup rc-local run ssh \
  system-update tpm2 veritysetup; do
  ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$generator-generator"
done

# The cluster that the packages bring along is not ours.
rm -f "$root"/var/lib/pacemaker/cib/* "$root"/etc/corosync/corosync.conf "$root"/etc/corosync/authkey \
  "$root"/etc/pacemaker/authkey "$root"/etc/ssh/ssh_host_*_key "$root"/etc/ssh/ssh_host_*_key.pub
rm -f "$root"/etc/machine-id "$root"/var/lib/dbus/machine-id "$root"/etc/hostname "$root"/etc/resolv.conf
: >"$root/etc/fstab"

# Users for the tests of rights: one who may use the cluster, one who may use sudo.
chroot "$root" useradd --create-home --shell /bin/bash --gid operator --groups haclient operator
chroot "$root" useradd --create-home --shell /bin/bash deploy
printf 'deploy ALL=(ALL) NOPASSWD: ALL\n' >"$root/etc/sudoers.d/deploy"
chmod 440 "$root/etc/sudoers.d/deploy"

# Keys only, and no look-up of the client's name before the greeting.
mkdir -p "$root/etc/ssh/sshd_config.d"
cat >"$root/etc/ssh/sshd_config.d/lab.conf" <<'SSHD'
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
SSHD

rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
