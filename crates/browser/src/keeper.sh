# shellcheck shell=sh
# Runs ChromeDriver until stdin is closed, however its owner ended; then ends it and the browser that it started.
# Arguments: the folder of their temporary files, which is removed; the configuration of fonts.
trap : TERM
TMPDIR=$1 FONTCONFIG_FILE=$2 TZ=Europe/Berlin chromedriver --port=0 --log-level=SEVERE &
# Closed when the owner has gone.
read -r _
# The browser is of the same group, and outlives ChromeDriver alone.
kill 0
wait
# It writes until its last moment.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf -- "$1" 2>/dev/null && break
    sleep 0.2
done
