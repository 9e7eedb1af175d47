# From Maven's log to what a person wants to see while tests run: each module, failed tests and
# errors, surefire's closing line of each module, and a table at the end.
/^\[INFO\] Building tenon-/ { module = $3; print "\n" module; fflush() }
/^\[INFO\] Downloaded from |^Downloaded from / { if (++fetched % 100 == 0) { print "  " fetched " files fetched"; fflush() } next }
/Tests run: .*(FAILURE|ERROR)!/ { print; fflush(); next }
# A failed test: what it expected, without the stack (which the log has).
/<<< (FAILURE|ERROR)!/ { print; fflush(); failure = 15; next }
failure && (/^\tat / || /^\[(INFO|ERROR|WARNING)\]/) { failure = 0 }
failure { failure--; print "    " $0; fflush(); next }
# The closing line has no class and no time; surefire prints it once per module.
/Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+$/ {
  sub(/^\[[A-Z]+\] */, "")
  print
  fflush()
  next
}
/^\[ERROR\] *$/ || /^\[ERROR\] (\[Help 1\]|.*(For more information|[Rr]e-run Maven|After correcting|  mvn <args>))/ { next }
/^\[ERROR\]/ { sub(/ -> \[Help 1\]$/, ""); sub(/ *$/, ""); if ($0 != "[ERROR]" && !seen[$0]++ && ++errors <= 200) { print; fflush() } }
# What the licence check found: the licence, then who uses it.
/^\[WARNING\] License: / { print; fflush(); licence = 1; next }
licence && /^ *-/ { print; fflush(); next }
{ licence = 0 }
/^\[INFO\] [Tt]enon.* (SUCCESS|FAILURE|SKIPPED)/ { summary[++rows] = $0 }
/^\[INFO\] BUILD / { result = $3 }
END {
  print "\nTime per module"
  for (row = 1; row <= rows; row++) {
    line = summary[row]
    sub(/^\[INFO\] /, "", line)
    gsub(/ \.\.+/, "", line)
    split(line, word, " ")
    time = line
    if (time !~ /\[/) time = ""
    sub(/.*\[ */, "", time)
    sub(/\].*/, "", time)
    state = line ~ /SUCCESS/ ? "passed" : line ~ /FAILURE/ ? "FAILED" : "skipped, since one before it failed"
    printf "  %-18s %10s  %s\n", word[1], time, state
  }
  if (result == "") print "Maven stopped before the end."
}
