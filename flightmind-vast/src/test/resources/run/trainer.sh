#!/bin/sh
# Behaves as a trainer does, without the numbers: a step writes a line of metrics; every few steps there is a checkpoint
# and an evaluation, and the best one is kept; SIGTERM saves and ends; --resume latest goes on from the newest.
max=20 every=5 pause=0.05 best=0 fail=0 size=1000 falls=100 twice=
while [ $# -gt 0 ]; do
  case $1 in
    --max-steps) max=$2 ;;
    --checkpoint-every) every=$2 ;;
    --pause) pause=$2 ;;
    --best-at) best=$2 ;;
    --fail-at) fail=$2 ;;
    --size) size=$2 ;;
    --falls) falls=$2 ;;
    --twice) twice=$2 ;;
  esac
  shift 2
done
folder=checkpoints
mkdir -p "$folder" || exit 1
step=$(ls "$folder" | sed -n 's/^step_\([0-9]*\)\.pt$/\1/p' | sort -n | tail -n 1)
step=${step:-0}
lowest=$(cat "$folder/lowest" 2>/dev/null || echo 999999)
if [ -e "$folder/metrics.jsonl" ]; then
  head -n "$step" "$folder/metrics.jsonl" > "$folder/metrics.tmp" && mv "$folder/metrics.tmp" "$folder/metrics.jsonl"
  lowest=$(sed -n 's/.*"val_loss":\([0-9]*\)}/\1/p' "$folder/metrics.jsonl" | sort -n | head -n 1)
  lowest=${lowest:-999999}
fi
save() {
  { echo "$1 steps, lowest $lowest"; head -c "$size" /dev/zero; } > "$folder/$2.tmp" && mv "$folder/$2.tmp" "$folder/$2"
}
stop=
trap 'stop=1' TERM
echo "from step $step"
while [ "$step" -lt "$max" ]; do
  loss=$((100000 - step * falls))
  line="{\"step\":$step,\"loss\":$loss,\"lr\":0.001,\"grad_norm\":1.0,\"tokens\":$(((step + 1) * 1000)),\"tokens_per_second\":5000"
  step=$((step + 1))
  if [ $((step % every)) -eq 0 ] || [ "$step" -eq "$max" ]; then
    val=$((1000 + (step > best ? step - best : best - step)))
    [ "$best" -gt 0 ] || val=$((2000 - step))
    echo "$line,\"val_loss\":$val}" >> "$folder/metrics.jsonl" || exit 1
    if [ "$val" -lt "$lowest" ]; then lowest=$val; save "$step" best.pt || exit 1; fi
    save "$step" "step_$step.pt" || exit 1
  else
    echo "$line}" >> "$folder/metrics.jsonl" || exit 1
    [ "$step" != "$twice" ] || echo "$line}" >> "$folder/metrics.jsonl"
  fi
  echo "step $step done"
  if [ "$step" -eq "$fail" ]; then echo 'it fails, as it was told to'; exit 3; fi
  if [ -n "$stop" ]; then save "$step" "step_$step.pt"; echo "stopped after step $step"; exit 0; fi
  /bin/sleep "$pause"
done
save "$step" final.pt || exit 1
echo "complete after step $step"
