/** What `hifuse COMMAND --help` prints, and each command in a line. Lines have at most 120 characters, for terminals. */
export const help = {
  overview: `Usage: hifuse COMMAND ... [--lang CODE]

{{commands}}

hifuse COMMAND --help tells the options of a command; hifuse --version the version. --lang is one of {{languages}};
if left out, the language that was chosen in the app.`,
  device: `  --engine NAME     {{engines}}
  --device NAME     {{devices}}`,
  model: `  --model ID|DIR    the model package; if left out, the one chosen in the app, at first the bundled one
                    (see: hifuse models)
{{device}}`,
  data: `DATA is a folder with one folder per class (below folders train, val and test, if it has those), or a table (.csv, or a
folder with {{table}}) with the columns file and label, and, where known, patient and part (train, val, test).`,

  'classify.summary': 'classify images and folders of images',
  classify: `Usage: hifuse classify PATH... [options]

Classifies images (DICOM, JPEG, PNG and others; found by content) and the images of folders. Results are JSON on
stdout, or a file of the format that its ending names.

  --recursive       go into subfolders
  --out FILE        write FILE.csv or FILE.json; the file takes its name when all rows are in it
  --heatmaps DIR    write each image under the Grad-CAM of its most probable class, as a PNG; none for an image outside
                    of what the model is meant for
  --show-anyway     with --heatmaps: for those, too; their rows then say that it was asked for
  --frames WHICH    first (default): the first frame of each file; all: a row for every frame
{{model}}
  --batch N         images at once; what is fastest on the device if left out
  --progress        lines of progress where stderr is no terminal
  --list-skipped    name on stderr what is skipped, and why

Exit status: 0 all were classified; 1 some failed, each with a row and a reason; 2 nothing could be classified;
130 interrupted: rows so far are kept, in FILE.json with "complete": false, or in FILE.partial.csv.
A file that is named and is no image fails; one that is met in a folder is skipped and does not count.`,

  'inspect.summary': 'show what an image file holds',
  inspect: `Usage: hifuse inspect FILE [--json]

Shows what an image file holds: its header, and a digest and the extremes of the stored values of its first frame.

  --json            as JSON, printed also where the file cannot be read

Exit status: 0 the file is an image; 1 it is not, or it is damaged; the reason is told.`,

  'render.summary': 'write an image as a PNG, as the viewer shows it',
  render: `Usage: hifuse render FILE --out FILE.png [options]

Writes the picture exactly as the viewer shows it: one pixel for each of the image's, 8 bits, grey or RGB, upright,
without annotations.

  --out FILE.png          the picture
  --frame N               of a multi-frame file, counted from 0 (default 0)
  --window CENTER/WIDTH   in the file's units (HU for CT). If left out: the file's default window, or, where it
                          has none, from its smallest to its largest value, padding left out. Grey images alone

Exit status: 0 done; 1 the file cannot be shown, and why; 2 something was missing.`,

  'report.summary': 'write a PDF report of an image',
  report: `Usage: hifuse report FILE --out FILE.pdf [options]

Classifies one image and writes a report: the image, where the network looked, the probabilities, and what made them.

  --out FILE.pdf    the report
  --frame N         of a multi-frame file, counted from 0 (default 0)
  --class NAME      whose heat map; the most probable class if left out
  --show-anyway     print the answer also where the image is outside of what the model is meant for; the report says so
  --template NAME   page (default): one page where it has room; full: all there is to say
  --paper NAME      a4 (default) or letter
  --anonymous       leave out name, ID, date of birth, identifiers and file name
  --impression TEXT what the reader says of the image
  --assessment WORD agree, disagree or unsure: what the reader says of the network's answer
  --reader NAME     who read the image
  --sign            sign as the reader: the signature of the whole file goes to FILE.pdf.sig, the public key to
                    FILE.pdf.pub.pem (see: hifuse verify-report --help)
{{model}}`,

  'evaluate.summary': 'measure a model on labelled images',
  evaluate: `Usage: hifuse evaluate MODEL DATA [options]

Measures a model on labelled images: accuracy, balanced accuracy, F1, log loss, calibration error, per class precision,
recall, specificity, AUROC and average precision, the confusion, and 95 % intervals (bootstrap by patient).

{{data}}

  --part NAME       {{parts}} or all; test if left out and the data have parts, else all
  --by COLUMN       measure each value of a column of the table alone, too
  --against MODEL   another model on the same images: McNemar's test, paired bootstrap
  --patient REGEX   what of a file's name names the patient, where no column does
  --out FILE        .html for people, else JSON; JSON on stdout if left out
  --html FILE.html  the page besides the JSON
{{device}}

Exit status: 0 all images were measured; 1 some failed (they are listed); 2 nothing could run.`,

  'models.summary': 'list the model packages',
  models: `Usage: hifuse models [--json]

Lists the model packages: the bundled ones and those that were imported in the app.

  --json            ids, folders and manifests, as JSON`,

  'verify-report.summary': 'check the signature and the numbers of a report',
  'verify-report': `\
Usage: hifuse verify-report FILE.pdf [--source IMAGE] [options]

Checks a report of hifuse: its signature, and with --source what the network says of that image now: which of the
report's numbers hold, within which tolerance, and what differs.

  --source IMAGE    the image that was reported; it is classified again
  --key FILE.pem    the public key of who signed; your own if left out
  --json            the outcome as JSON
{{model}}

The signature lies beside the report, as FILE.pdf.sig. Without this program:
  openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in FILE.pdf -sigfile FILE.pdf.sig

Exit status: 0 all holds; 1 something does not; 2 it could not be tried.`,
  'verify.summary': 'check a model package and run its self-test',
  verify: `Usage: hifuse verify MODEL [options]

Checks a model package (an id or a folder): its manifest, the digest, names and shapes of its weights, and that the
network gives the outputs of its self-test on this machine.

{{device}}
  --json            the outcome as JSON

Exit status: 0 it holds; 1 it does not, and why; 2 it could not be tried.`,

  'import.summary': 'turn a PyTorch or safetensors checkpoint into a model package',
  import: `Usage: hifuse import CHECKPOINT --out DIR [options]

Turns a PyTorch (.pth) or safetensors checkpoint of HiFuse into a model package. Nothing in it is executed; the
network's shape is read from names and shapes, and what does not fit is refused by name. The last part of DIR becomes
the id. Weights are stored in float16, which changes logits slightly.

  --classes LIST    a,b,c in the model's order, or a class_indices.json; the one beside the checkpoint if left out
  --preprocess HOW  {{centre}} (released evaluation code; default: the network sees
                    the centre square alone) or {{whole}} (the whole image, stretched). No checkpoint
                    says which one it was trained with, and the wrong one costs accuracy
  --mean R,G,B      of value / 255; default 0.5,0.5,0.5
  --std R,G,B       default 0.5,0.5,0.5
  --name TEXT       for people
  --version TEXT    default 1.0.0
  --license TEXT    of the weights
  --modality LIST   DICOM modalities that it is meant for, such as CR,DX
  --body-part LIST  such as CHEST
  --view LIST       such as AP,PA
  --double-sigmoid  trained with released code from before 2024-01-16
  --model-card FILE Markdown; made from the rest if left out
  --manifest FILE   JSON with fields of the manifest for what has no option (intended, training, displayName);
                    options win over it
  --dry-run         only say what the checkpoint holds

Exit status: 0 done; 1 the checkpoint is not usable, and why; 2 something was missing.`,

  'export-onnx.summary': 'write a model as an ONNX file for other runtimes',
  'export-onnx': `Usage: hifuse export-onnx MODEL FILE.onnx

Writes the network of a model package (an id or a folder) as one ONNX file of standard operators, for other runtimes.
Input: float32 [N, 3, 224, 224], normalised; output: logits [N, classes]. Classes, preprocessing and licence stand in
the file's metadata.`,

  'quantize.summary': 'make a faster int8 package of a model',
  quantize: `Usage: hifuse quantize MODEL --calibrate DIR --out DIR [options]

Makes an int8 package of a model, which runs faster. Ranges are found on a part of the images of --calibrate; the
rest is held back to measure with. Refused unless on those at least 99 % of the most probable classes stay the same and
the probabilities change by at most 0.02 on average. Layers that cost accuracy stay in float32. What was measured is
written into the manifest.

  --calibrate DIR   images like those that it is for; in a folder per class, accuracy is measured, too
  --held-back DIR   measure with these images instead, and calibrate with all the others
  --out DIR         the new package; the last part becomes its id

Exit status: 0 done; 1 refused, and why; 2 something was missing.`,

  'card.summary': "print a model's card, or measure what it says",
  card: `Usage: hifuse card MODEL [--measure --data DATA [--far DIR] [--out FILE.md]]

Prints a model's card. With --measure, writes the section "{{title}}" of it anew: calibration error
with what a perfect model would show, log loss, coverage and size of prediction sets, and how many images are outside
of what the model is meant for: of DATA as they are, of DATA turned, inverted, cut, blurred and changed otherwise, of
the files of --far, and of pictures made by code.

{{data}}
Where the data have parts, --data takes test: images that the model was neither trained nor calibrated on.

  --data DATA       labelled images of what the model is meant for
  --far DIR         files of other things, whatever they state; read with their subfolders
  --near-images N   of the data that are changed in every way (default 120)
  --pictures N      of each kind that is made by code (default 30)
  --out FILE.md     the card; the package's own if left out

Exit status: 0 done; 2 nothing was written.`,

  'calibrate.summary': 'calibrate a model, and let it know what it knows',
  calibrate: `Usage: hifuse calibrate MODEL --data DATA [--reference DATA] --out DIR [options]

Makes a calibrated copy of a model. The labelled images of --data fit the temperature of the probabilities, the
prediction sets, operating points and the scale of heat maps; those of --reference (best: the training images) tell
what an image that the model knows is like, and --data beyond what it is unusual. The weights, and with them the
logits, stay as they were. Keep images apart that are to measure the result: use them in neither.

{{data}}
Where the data have parts, --data takes val and --reference takes train; without --reference, the reference is the part
train of --data, or half of the patients of it.

  --data DATA       labelled images that the network was not trained on
  --reference DATA  images that it was trained on; labels are not used
  --out DIR         the new package; the last part becomes its id
  --coverage N      of a second kind of prediction set beside that of {{coverage}}, between 0 and 1
  --share N         images like --data that are not to be called unusual; 0.985 if left out

Exit status: 0 done; 1 done, and some files could not be read; 2 nothing was written.`,

  'train.summary': 'train a network on labelled images',
  train: `Usage: hifuse train DATA --out DIR [options]

Trains HiFuse and makes a model package of the best epoch. However it is interrupted, it goes on with --resume where
its last checkpoint stands. What it writes meanwhile is in DIR.training: checkpoint, best weights (released names,
for PyTorch), history, curves, and events for TensorBoard.

{{data}}
Where the data have no val, it is taken from train; images of one patient are never torn apart.

  --variant NAME        {{variants}}; default nano
  --irmlp FORM          depthwise (paper; default) or dense (released code)
  --init FILE           start from a checkpoint (.pth, .safetensors)
  --freeze PREFIX       leave parameters of that name as they are; may be repeated
  --epochs N            default {{epochs}}
  --batch N             images at once; default {{batch}}
  --accumulate N        batches per step; default 1
  --lr X                default {{rate}}, after one epoch of warm-up; falls as half a cosine to 1 %
  --weight-decay X      default {{decay}}; none on norms and biases
  --label-smoothing X   --drop-path X   --clip X   --ema X (decay, such as 0.998)   --mixup A   --cutmix A
  --class-weights HOW   {{weights}}
  --crop X              least share of the area that a random crop keeps; default {{crop}}
  --rotation DEGREES    --brightness X   --contrast X   --no-flip
  --patience N          end after N epochs without a better validation
  --small-data          what helps small sets of radiographs; options beside it win
  --seed N              default {{seed}}
  --val-share X         of train, where the data have no val; default 0.15
  --patient REGEX       what of a file's name names the patient, where no column does
  --preprocess HOW      {{geometries}}
  --mean R,G,B          of value / 255; default 0.5,0.5,0.5
  --std R,G,B           default 0.5,0.5,0.5
  --name TEXT   --version TEXT   --license TEXT   --modality LIST   --body-part LIST   --view LIST
  --device NAME         auto, cpu, cuda
  --checkpoint-every S  seconds between checkpoints within an epoch; default 300
  --resume              go on from the last checkpoint

Exit status: 0 done; 1 training failed, and why; 2 something was missing; 130 interrupted, --resume goes on.`,

  'batch.summary': 'classify folders of any size, and go on after an interruption',
  batch: `Usage: hifuse batch FOLDER... --out DIR [options]

Classifies the images of folders, however many, and loses nothing: what is done is kept in DIR, and the same command
goes on where the last one ended, for whatever reason. DIR ends with results.csv (its first columns are those of
hifuse classify), results.jsonl, summary.html and the state of the run, run.sqlite.

  --out DIR         where results and state go; used by one run at a time
  --recursive       go into subfolders
  --include GLOB    only files like this ('*.dcm', 'CT/**'); may be repeated
  --exclude GLOB    no files like this; may be repeated
  --frames WHICH    first (default), middle, all, or every:N
  --series HOW      image (default): a row per frame; mean, max or vote: a row per series
  --maps            write the heat maps of all classes as DIR/maps/FILE.frameN.npy (float32, class x row x column)
  --labels WHAT     measure the model: folders (their names are the classes), or a table FILE.csv (file, label)
  --retry-failed    try again what failed before
  --shard K/N       only the K-th of N parts of the files (K from 1); hifuse merge puts the parts together
{{model}}
  --batch N         images that the network gets at once; what is fastest if left out
  --processes N     inference processes that share the processors; one for each if left out and memory allows
  --progress        lines of progress where stderr is no terminal
  --list-skipped    name on stderr what is skipped, and why

Ctrl-C ends it; rows so far are in DIR/results.partial.csv and .jsonl.
Exit status: 0 all were classified; 1 some failed, each with a row and a reason; 2 nothing could be classified;
130 interrupted.`,

  'merge.summary': 'put the shards of a batch together',
  merge: `Usage: hifuse merge DIR... --out DIR [options]

Puts the folders that hifuse batch --shard wrote together: results.csv, results.jsonl, summary.html and run.sqlite of
all files, in one order, as if one run had made them. Says which shards are missing, and how many files are not done.

  --out DIR         where the whole goes; not one of the shards
  --series HOW      image (default): a row per frame; mean, max or vote: a row per series
  --labels WHAT     measure the model: folders (their names are the classes), or a table FILE.csv (file, label)

Exit status: 0 all files are there; 1 some failed, or are missing; 2 nothing could be merged.`,
} as const;
