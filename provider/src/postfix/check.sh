# check.sh FOLDER NAME...: whether a configuration can work on this node. NAMEs are the parameters that were declared.
folder=$1 bad=0
shift
words=$(/usr/sbin/postconf -c "$folder" -n 2>&1 >/dev/null)
for name in $(printf '%s\n' "$words" | sed -n 's/.*unused parameter: \([^=]*\)=.*/\1/p'); do
  case " $* " in
  *" $name "*)
    echo "$name is no parameter of this Postfix, and nothing refers to it: check the spelling"
    bad=1
    ;;
  esac
done
if ! words=$(/usr/sbin/postconf -c "$folder" -M 2>&1); then
  printf '%s\n' "$words"
  exit 1
fi
programs=$(/usr/sbin/postconf -c "$folder" -hx daemon_directory)
for program in $(printf '%s\n' "$words" | awk '!/^postconf:/ && /^[^ ]/ { print $8 }' | sort -u); do
  if [ ! -x "$programs/$program" ]; then
    echo "master.cf names the program $program, which is not in $programs"
    bad=1
  fi
done
# An address that only the active node has would fail the check on all the others.
cp -a "$folder" "$folder.check" || exit 1
/usr/sbin/postconf -c "$folder.check" -e inet_interfaces=loopback-only || exit 1
# On a terminal it says what is wrong; anywhere else that goes to the log.
/usr/bin/python3 -I -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' /usr/sbin/postfix -c "$folder.check" check || bad=1
exit "$bad"
