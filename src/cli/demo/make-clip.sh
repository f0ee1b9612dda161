#!/bin/sh
# Makes the clip that the program serves as its demo: eight seconds of picture and sound that loop without a seam.
#
# README: nothing here comes from anywhere else. The picture is computed by ffmpeg's `geq` (a slow colour field, a dot
# that goes round once per loop and lights up every second, a bar that fills) with a counter drawn over it; the sound is
# a scale of decaying sines, one note a second. All of it is periodic in 8 s. Run by hand from anywhere, with an ffmpeg
# that has libx264 and drawtext (5.1 was used); the results are committed:
#   clip/demo.h264   Annex B, 640x360, 25 fps, 200 pictures, an IDR picture with SPS and PPS every 25, no B pictures
#   clip/demo.aac    ADTS, 48 kHz mono, 375 frames of 1024 samples = 8 s exactly
# The sound is encoded three times over and the middle is kept, so that the codec's state at the end of the loop is its
# state at the beginning: a decoder hears no gap. Frame 0 of the encoder is its delay, hence 376 and not 375.
set -eu

cd "$(dirname "$0")"
mkdir -p clip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

size=640x360
pulse='exp(-5*mod(T,1))'
# `W` and `H` are those of the plane that is being computed, so fractions of them serve brightness and colour alike.
dot="clip((H*0.052-hypot(X-W*(0.5+0.36*cos(2*PI*(T/8-0.25))),Y-H*(0.5+0.36*sin(2*PI*(T/8-0.25)))))/2+0.5,0,1)"
bar='gte(Y,H*0.972)*lt(X,W*T/8)'
luma="84+22*sin(2*PI*(0.7*X/W+T/8))+16*sin(2*PI*(0.9*Y/H-T/8))"
blue="150+14*sin(2*PI*(0.6*X/W-T/8))"
red="118+18*sin(2*PI*(0.7*Y/H+T/8))"
ink="fontcolor=white:shadowcolor=black@0.5:shadowx=2:shadowy=2"

ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "nullsrc=size=$size:rate=25:duration=8" \
  -vf "format=yuv420p,geq=lum='st(0,$dot);st(1,$luma);if($bar,210,ld(1)+ld(0)*(170+55*$pulse-ld(1)))':cb='($blue)+($dot)*(128-($blue))':cr='($red)+($dot)*(128-($red))',\
drawtext=font=DejaVu Sans:text='rxrtsp':fontsize=64:$ink:x=(w-tw)/2:y=h*0.30,\
drawtext=font=DejaVu Sans Mono:text='%{eif\:trunc(t)\:d}.%{eif\:mod(n*4,100)\:d\:2} s':fontsize=44:$ink:x=(w-tw)/2:y=h*0.53,\
drawtext=font=DejaVu Sans Mono:text='frame %{eif\:n+1\:d\:3} of 200':fontsize=18:$ink:x=(w-tw)/2:y=h*0.68" \
  -an -c:v ffv1 -pix_fmt yuv420p "$work/picture.mkv"

# Arguments: the pass, then where it goes. Two passes, so that the size is known beforehand. NAL units of type 6 (SEI)
# say nothing here but how the encoder was set, and are taken out.
encode() {
  ffmpeg -hide_banner -loglevel error -y -i "$work/picture.mkv" \
    -an -c:v libx264 -threads 1 -profile:v main -preset veryslow -tune animation -bf 0 -pix_fmt yuv420p -b:v 190k \
    -x264-params 'keyint=25:min-keyint=25:scenecut=0:open-gop=0:slices=1:repeat-headers=1:vbv-maxrate=400:vbv-bufsize=300' \
    -bsf:v filter_units=remove_types=6 -passlogfile "$work/log" -pass "$1" -f h264 "$2"
}
encode 1 /dev/null
encode 2 clip/demo.h264

step='(4*eq(mod(floor(t),8),1)+7*eq(mod(floor(t),8),2)+9*eq(mod(floor(t),8),3)+12*eq(mod(floor(t),8),4)+9*eq(mod(floor(t),8),5)+7*eq(mod(floor(t),8),6)+4*eq(mod(floor(t),8),7))'
note="261.626*pow(2,$step/12)"
ffmpeg -hide_banner -loglevel error -y \
  -f lavfi -i "aevalsrc='min(1,mod(t,1)*150)*exp(-3.2*mod(t,1))*min(1,(1-mod(t,1))*40)*(0.30*sin(2*PI*$note*mod(t,1))+0.10*sin(4*PI*$note*mod(t,1))+0.04*sin(6*PI*$note*mod(t,1)))':sample_rate=48000:duration=24" \
  -ac 1 -c:a aac -b:a 48k -bsf:a "noise=drop='lt(n,376)+gt(n,750)'" -f adts clip/demo.aac

count() {
  ffprobe -v error -count_packets -select_streams 0 -show_entries stream=nb_read_packets -of csv=p=0 "$1"
}
pictures=$(count clip/demo.h264)
frames=$(count clip/demo.aac)
keys=$(ffprobe -v error -select_streams 0 -show_entries packet=flags -of csv=p=0 clip/demo.h264 | grep -c K)
bytes=$(cat clip/demo.h264 clip/demo.aac | wc -c)
echo "pictures $pictures (200), key pictures $keys (8), audio frames $frames (375), bytes $bytes (at most 409600)"
[ "$pictures" = 200 ] && [ "$keys" = 8 ] && [ "$frames" = 375 ] && [ "$bytes" -le 409600 ]
