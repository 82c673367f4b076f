import { ON_CHOSEN_DEVICE, ON_NO_DEVICE } from './engine.ts';

/** Model packages. */
export const model = {
  'model.not-found': 'There is no model of that id or at that path.',
  'model.not-found/unknown':
    'There is no model "{{model}}", and no package in a folder of that name. Known models: {{known}}.',
  'model.not-found/none':
    'There is no model "{{model}}", and no package in a folder of that name. No models are installed.',
  'model.invalid-package': 'The model package is incomplete or damaged.',
  'model.hash-mismatch': 'The weights are not those that the manifest names.',
  'model.missing-tensor': 'The checkpoint lacks a tensor that the network needs.',
  'model.extra-tensor': 'The checkpoint holds a tensor that the network does not know.',
  'model.shape-mismatch': 'A tensor of the checkpoint has another shape than the network needs.',
  'model.shape-mismatch/start':
    '{{tensor}} of {{file}} has the shape [{{shape}}], and the network that is to be trained another one.',
  'model.self-test-failed': 'The model does not give the outputs that its self-test demands.',
  'model.quantization-refused': 'The model cannot be quantised without losing too much accuracy.',
  'model.missing-tensor/needed': '{{file}} lacks what the network needs: {{names}}.',
  'model.missing-tensor/needed-more': '{{file}} lacks what the network needs: {{names}}, and {{more, number}} more.',
  'model.missing-tensor/on-no-device': ON_NO_DEVICE,
  'model.missing-tensor/on-chosen-device': ON_CHOSEN_DEVICE,
  'model.extra-tensor/unknown': '{{file}} holds what the network does not know: {{names}}.',
  'model.extra-tensor/unknown-more':
    '{{file}} holds what the network does not know: {{names}}, and {{more, number}} more.',
  'model.shape-mismatch/shapes': '{{file}} has tensors of another shape: {{names}}.',
  'model.shape-mismatch/shapes-more': '{{file}} has tensors of another shape: {{names}}, and {{more, number}} more.',
  'model.shape-mismatch/shape': '{{file}}: {{name}} has the shape [{{shape}}].',
  'model.shape-mismatch/window': '{{file}}: a relative position bias table with {{rows}} rows belongs to no window.',
  'model.shape-mismatch/channels':
    '{{name}}.weight has the shape [{{shape}}], which does not fit a map of {{channels}} channels.',
  'model.shape-mismatch/on-no-device': ON_NO_DEVICE,
  'model.shape-mismatch/on-chosen-device': ON_CHOSEN_DEVICE,
  'model.self-test-failed/on-no-device': ON_NO_DEVICE,
  'model.self-test-failed/on-chosen-device': ON_CHOSEN_DEVICE,
  'model.self-test-failed/differs':
    "Its answer to the model's self-test differs from the expected one by {{deviation}}; {{tolerance}} is allowed.",
  'model.self-test-failed/differs-from-processor':
    "Its answer to the model's self-test differs from the processor's by {{deviation}}; {{tolerance}} is allowed.",
  'model.missing-tensor/weights': 'The weights lack the tensor {{name}}.',
  'model.invalid-package/field': '{{file}}: {{field}} {{diagnosis}}.',
  'model.invalid-package/missing': '{{file}} is missing. Install the package again.',
  'model.invalid-package/empty': '{{file}} is empty.',
  'model.invalid-package/too-large': '{{file}} has {{size}} bytes; at most {{limit}} are allowed.',
  'model.invalid-package/not-utf8': '{{file}} is not UTF-8 text.',
  'model.invalid-package/not-json': '{{file}} is not JSON: {{message}}.',
  'model.invalid-package/tensor': '{{file}} has no tensor {{name}} of {{count}} numbers.',
  'model.not-found/no-manifest': '{{folder}} is not the folder of a model package: it has no manifest.json.',
  'model.hash-mismatch/file':
    '{{file}} is not the file that the manifest names: its SHA-256 is {{found}}, and the manifest says {{named}}. Install the package again.',
  'model.quantization-refused/calibration':
    'In int8 the model agrees with itself on only {{agreement}}% of {{images}} calibration images, its probabilities being off by {{difference}}; at least {{least}}% and at most {{most}} are demanded. Calibrate with more images like those it is for, or keep float32.',
  'model.quantization-refused/held-back':
    'In int8 the model agrees with itself on only {{agreement}}% of {{images}} held-back images, its probabilities being off by {{difference}}; at least {{least}}% and at most {{most}} are demanded. Calibrate with more images like those it is for, or keep float32.',
} as const;
