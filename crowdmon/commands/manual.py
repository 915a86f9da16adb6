"""The text of ``--help``: a manual page for the program, examples for its verbs."""

from __future__ import annotations

PAGE = """\
crowdmon - count people in live video

USAGE
  crowdmon [SOURCE ...] [--config FILE]   open the window
  crowdmon VERB ...                       do one of the following
  crowdmon VERB --help                    say more about it

VERBS
  window   live picture, heatmap and counts; the verb if none is given
  count    count sources without a window and write CSV
  watch    watch the cameras of a configuration as a service, without a window
  alarm    send a test alarm to everybody who is told of alarms
  history  write what was recorded as CSV
  report   say what a day came to, with a plot
  check    say READY, or every reason why not
  views    confirm the view of a camera that was turned on purpose
  bench    measure how fast this machine counts
  export   write the network as ONNX or for OpenVINO

OPTIONS
  -v, --verbose   say more, and where an error came from; -vv for all
  --version       print the version
  -h, --help      print this page

SOURCES
  clip.mp4                          a video file, or a single picture
  pictures/                         a folder of pictures, in natural order
  rtsp://user:password@host/path    a network camera; rtmp, srt, udp, http too
  0, /dev/video0                    a webcam
  synthetic:plaza?people=40&seed=1  the built-in plaza, its true count known
  A file named like a verb or a webcam is written ./count or ./0. A password can
  stay out of the shell's history: 'rtsp://user:${CAM_PASSWORD}@host/path', in
  single quotes, is filled in from the environment when the source is opened.

EXAMPLES
  crowdmon                                    choose camera, file or demo
  crowdmon rtsp://user:password@10.0.0.7/1    watch a camera
  crowdmon --config square.yaml               watch a file's cameras and ROIs
  crowdmon count clip.mp4 --csv counts.csv    count every frame of a clip
  crowdmon count 0 --every 5 --duration 3600  count a webcam for an hour
  crowdmon count --config square.yaml         count all its cameras
  crowdmon check --config square.yaml         does all of it work?

CONFIGURATION
  cameras:
    - name: square
      source: rtsp://user:${CAM_PASSWORD}@10.0.0.7/1
      rois:
        - name: gate
          polygon: [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9], [0.1, 0.9]]
          area_m2: 120
  record: {csv_log: /var/log/crowd}   # the window writes a CSV a day there
  display: {palette: viridis, heat: 0.8, pixelate: true}
  Polygon corners are fractions of the picture's width and height.

EXIT STATUS
  0    done
  1    something else went wrong
  2    an option, a configuration, a back end or an address is wrong
  3    a source cannot be opened or read
  4    the weights cannot be used
  5    a benchmark's data is not where it should be
  6    something cannot be written
  7    the network failed while counting
  130  interrupted with Ctrl+C, SIGTERM or SIGHUP; the files written are whole

ENVIRONMENT
  CROWDMON_DATA    where crowdmon-train and crowdmon-eval look for benchmarks
  QT_QPA_PLATFORM  what the window draws on; "offscreen" for none
  NO_COLOR         set to anything: no colours in the terminal
  CROWDMON_ALLOW_HOSTS      hosts that http playlists and redirects may reach
                            beside their own, such as cdn.example,b.example:81
  CROWDMON_PLAYLIST_MB      megabytes a playlist may have (8)
  CROWDMON_PLAYLIST_ENTRIES entries a playlist may have (50000)

Counts are estimates: an aid to people who watch, not a safety device.
"""

EPILOGS = {
    "window": """
Examples:
  crowdmon clip.mp4
  crowdmon rtsp://user:password@10.0.0.7/1 0
  crowdmon --config square.yaml
""",
    "count": """
The CSV has one row a ROI a reading, "frame" being the whole picture, which
is left out with --rois-only:
  time,camera,roi,count,count_smoothed,density_per_m2,level,state,frame,
  media_time_s,local_per_m2,fruin,weights
A count that is not known is empty and its state says stale or unknown; it is
never 0.

With --config, the alarm rules of the file are watched. What happens to an alarm
is said on stderr, one line each, and stands in --events:
  time,kind,camera,roi,group,alarm,level,measure,value,limit,at_least,who,note,
  detail,tell
"count" itself sends nothing to anybody. Of files that are counted one after the
other no group of several cameras is watched.

With --config and without SOURCE, all cameras of the file are counted. With
SOURCE, the ROIs of the file's camera apply to it. If the file has several
cameras, SOURCE is the name or the source of one of them.

Each of several sources is a camera of its own in the CSV, numbered where names
are alike. Files are counted one after the other, live sources at the same time.
A source that cannot be read is named and the others are still counted; the exit
status is then that of the first failure. So is a picture of a folder, with exit
status 3; one above 50 megapixels is not read unless --max-megapixels allows it.

The video has the counted pictures, each shown until the next one was counted.
It is written whole or not at all; after Ctrl+C it holds what was counted until
then. "display" in the configuration says how it is painted: palette, heat (0 to
1), pixelate.

An output may replace an older file, but nothing that is read, and no other
output. A CSV or a video that another count is writing is refused. Excel shows
letters such as those of Größe only with --csv-for-excel.

Examples:
  crowdmon count clip.mp4 --csv counts.csv
  crowdmon count clip.mp4 --config rois.yaml --csv counts.csv --every 1
  crowdmon count clip.mp4 --config rois.yaml --csv counts.csv --rois-only
  crowdmon count pictures/ --csv counts.csv --snapshot last.png
  crowdmon count clip.mp4 --video counted.mp4 --pixelate
  crowdmon count monday.mp4 tuesday.mp4 --csv days.csv --every 1
  crowdmon count rtsp://10.0.0.7/1 --csv hour.csv --duration 3600
  crowdmon count --config square.yaml --csv square.csv
  crowdmon count synthetic:plaza --duration 20
""",
    "watch": """
SIGTERM and Ctrl+C end it within 6 seconds, with everything recorded; the exit
status is then 0. SIGHUP reads the configuration again. A second service on the
same history is refused. Messages go to standard error, or to --log, which is
renamed at 10 MB; five old files are kept.

Under systemd it says when it is ready, keeps a watchdog quiet, and shows its
state in "systemctl status". configs/service/ has a unit file.

Examples:
  crowdmon watch --config site.yaml
  crowdmon watch --config site.yaml --log watch.log --json
""",
    "alarm": """
A person is told at every address of "send_to". A broker gets the alarm, and at
once its end. The exit status is 0 if all took it, else that of the first
failure.

Examples:
  crowdmon alarm test --config site.yaml
""",
    "history": """
TIME is a date, a date and time, so long before now (-24h, -90min, -7d), or
"now". Without an offset such as +02:00 it is in the "time_zone" of the
configuration, else in the system's own. --from is included, --to is not.

Readings older than "keep_raw" in the configuration (48 hours) are kept as
minutes: without --bin such a minute is one row with the mean, its frame empty.
After "keep_minutes" (400 days) they are gone. Events and spot checks stay.

A camera or ROI that was renamed is written by its newest name throughout.
The CSV is written whole, or an older one stays as it was.

Examples:
  crowdmon history --config square.yaml
  crowdmon history --config square.yaml --from -24h --csv day.csv
  crowdmon history --config square.yaml --from 2026-05-01 --to 2026-05-31 \
      --bin 15min --csv may.csv
  crowdmon history --config square.yaml --camera square --roi gate --csv gate.csv
  crowdmon history --history old.sqlite --events --csv events.csv
  crowdmon history --config square.yaml --spot-checks heads/
""",
    "report": """
A peak is the first moment with most people. Alarms are listed with how long
they were on, who acknowledged them and when. What is not known is shown as
such: the share of the day that was counted, that was unknown, and of which
nothing is recorded, and every gap of 10 seconds or longer.

A day is that of "time_zone" in the configuration, with 23 or 25 hours where
clocks change. Of days whose readings are thinned out already the minutes are
taken, so that peaks are those of minutes. Levels and groups are those of the
configuration as it is now.

Examples:
  crowdmon report --config square.yaml
  crowdmon report --config square.yaml --day 2026-05-01 --markdown may-1.md
""",
    "check": """
The exit status is 0 if ready, else that of the first reason. Nothing is written
into the folders of "record".

A "note" is no reason against being ready, but worth a look: a ROI above the
horizon, or with heads out of the picture, which counts nobody; an alarm rule
that can never be raised.

Examples:
  crowdmon check
  crowdmon check rtsp://10.0.0.7/1 0
  crowdmon check --config square.yaml
""",
    "views": """
A program that runs takes notice within a few seconds. In the window, F5 does the
same for the camera that is shown.

Examples:
  crowdmon views --config square.yaml
  crowdmon views --config square.yaml --confirm gate
""",
    "bench": """
Examples:
  crowdmon bench
  crowdmon bench --long --json bench.json --markdown bench.md
  crowdmon bench --profile
""",
    "export": """
The input "picture" is N x 3 x H x W float32, H and W multiples of 8; the output
"density" N x 1 x H/8 x W/8. Mean, std and what the output is to be divided by
(density_scale) are in the header, JSON under "crowdmon": in the metadata of an
ONNX file, in the rt_info of an OpenVINO one. Weights adapted to a camera may have
"gains" there too, rows of factors over the whole picture, top row first: the
people of a cell are to be multiplied by the factor at its place, linear between
the middles of the parts.

Examples:
  crowdmon export --format onnx crowd.onnx
  crowdmon export --format openvino --weights mine.safetensors crowd.xml
""",
}
