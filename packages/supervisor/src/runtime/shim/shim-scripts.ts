/*
 * The processes of a run, from the daemon down:
 *
 *   start ── exec ─▶ (unshare) ── exec ─▶ shim ── fork ─▶ (nsenter, unshare) ── exec ─▶ init ── exec ─▶ the program
 *     └─ fork ─▶ logger
 *
 * All share a working directory, the run's own. `start` and `shim` are one process: the first child of a process that
 * has unshared its PID namespace is PID 1 in the new one, so the logger must be there before, and from then on the
 * shim may only use what is built into the shell. Both need nothing of the daemon, and nobody waits for it.
 *
 * Open in the shim: 5 `alive`, which ends for its reader when the shim is gone; 6 `in`, so that the program's input does
 * not end while nobody is attached; 7 `drain`, which ends when the logger has written everything. 3 is the report to
 * the daemon: the line `ok` just before the program, or what went wrong.
 */

/**
 * Arguments: bytes per log segment, `split` or `cat`, whether input is kept open, and the command that leads to `shim`.
 * `out` is opened for both directions first, because a FIFO with one end blocks.
 */
export const startScript = `umask 022
segment=$1 logger=$2 stdin=$3
shift 3
exec 9<>out
if [ "$logger" = split ]; then
  split -b "$segment" -d -a 6 - logs/ <out 6>drain 3>&- 9>&- &
else
  cat <out >>logs/000000 6>drain 3>&- 9>&- &
fi
exec 7<drain 8>out 9>&- 5<>alive
if [ "$stdin" = true ]; then exec 6<>in; fi
exec "$@"
`;

/**
 * Arguments: whether input is kept open, and the command that leads to `init`. Writes the exit code to `exit`, whole when
 * it ends in a newline. Signals are caught, because what is ignored the program would inherit for good. One that comes
 * ends `wait` with 128 and its number, which then says nothing of the program.
 */
export const shimScript = `stdin=$1
shift
trap 'caught="$caught 129 "' HUP
trap 'caught="$caught 130 "' INT
trap 'caught="$caught 131 "' QUIT
trap 'caught="$caught 143 "' TERM
trap 'caught="$caught 138 "; exec 6>&-' USR1
if [ "$stdin" = true ]; then
  (exec 5>&- 6>&- 7<&-; exec "$@") <in >&8 2>&8 8>&- &
else
  (exec 5>&- 7<&-; exec "$@") </dev/null >&8 2>&8 8>&- &
fi
app=$!
exec 3>&- 8>&-
while caught=; wait "$app"; code=$?; case $caught in *" $code "*) true ;; *) false ;; esac; do :; done
echo "$code" >exit
echo >&5
read -r line <&7
exit 0
`;
