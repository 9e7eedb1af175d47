# From Maven's log to a few lines: each module as it starts, and a count while files are fetched.
/^\[INFO\] Building tenon-/ { sub(/^tenon-/, "", $3); print "  " $3; fflush() }
/^Downloaded from |^\[INFO\] Downloaded from / { if (++fetched % 100 == 0) { print "    " fetched " files fetched"; fflush() } }
