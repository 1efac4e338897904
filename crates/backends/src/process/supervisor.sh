# shellcheck shell=sh disable=SC2046,SC3045 # family is several words; every sh that serves has ulimit -n
# Runs a program beside a watcher; see process.rs.
# Arguments: signal, grace in seconds, folder to remove or "", file for the number or "", then the program and its own.
signal=$0 grace=$1 trash=$2 pid_file=$3
shift 3
# Thousands of devices are thousands of open files.
ulimit -n "$(ulimit -H -n)" 2>/dev/null
exec 3<&0 4>&1 >&2 </dev/null
"$@" 3<&- 4>&- &
child=$!
# The kernel sends it to a group with a paused program whose owner was killed.
trap '' HUP
[ -z "$pid_file" ] || echo "$child" >"$pid_file"
echo "$child" >&4
exec 4>&-

# The program and its children.
family() { echo "$child" $(cat "/proc/$child/task/$child/children" 2>/dev/null || pgrep -P "$child"); }

{
    asked=
    read -r asked <&3
    trap '' TERM
    kill -s "$signal" "$child"
    # One that is paused would not hear it.
    kill -s CONT $(family)
    tenths=0
    while kill -s 0 "$child"; do
        [ "$tenths" -lt "$((grace * 10))" ] || kill -s KILL $(family)
        sleep 0.1
        tenths=$((tenths + 1))
    done
    [ -n "$asked" ] || [ -z "$trash" ] || rm -rf -- "$trash"
} 2>/dev/null &
watcher=$!
exec 3<&-

wait "$child"
code=$?
# It hears this only while it still waits for the pipe.
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
[ -z "$pid_file" ] || rm -f -- "$pid_file" 2>/dev/null
exit "$code"
