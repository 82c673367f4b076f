/** PyTorch and safetensors checkpoints. */
export const checkpoint = {
  'checkpoint.unsafe-pickle': 'The checkpoint wants to call something that is not on the allow-list.',
  'checkpoint.corrupt': 'The checkpoint is damaged, cut off, or claims more than it holds.',
  'checkpoint.unknown-format': 'The file is no PyTorch or safetensors checkpoint.',
  'checkpoint.not-hifuse': 'The checkpoint is not of a HiFuse network.',
  'checkpoint.not-hifuse/no-state-dict': '{{file}} holds no state dict: save model.state_dict() in PyTorch.',
  'checkpoint.not-hifuse/several': '{{file}} holds several state dicts ({{names}}): save the one that is meant alone.',
  'checkpoint.not-hifuse/empty': '{{file}} holds no state dict: it is empty, and none of {{expected}} has weights.',
  'checkpoint.not-hifuse/no-weights':
    '{{file}} holds no state dict: its keys are {{names}}, and none of {{expected}} has weights.',
  'checkpoint.not-hifuse/no-tensor': '{{file}} holds, among its weights, what is no tensor: {{names}}.',
  'checkpoint.not-hifuse/landmarks':
    '{{file}} is not a checkpoint of HiFuse: it holds {{tensors, number}} tensors, and none is called {{expected}}.',
  'checkpoint.not-hifuse/dtype': '{{file}}: {{name}} is of type {{dtype}}; weights are floating point.',
  'checkpoint.not-hifuse/index':
    '{{file}}: {{name}} is not the relative position index of a window of {{window}} pixels.',
  'checkpoint.corrupt/structure': '{{file}} is damaged: {{diagnosis}}.',
  'checkpoint.corrupt/cut': '{{file}} is damaged or cut off: {{diagnosis}}.',
  'checkpoint.corrupt/pickle': '{{file}} is damaged: {{diagnosis}} at byte {{position}} of its pickle.',
  'checkpoint.corrupt/pickle-cut': '{{file}} is damaged or cut off: its pickle ends in the middle.',
  'checkpoint.corrupt/range':
    '{{file}} is damaged or cut off: it refers to {{length}} bytes from {{offset}} on, and has {{size}}.',
  'checkpoint.corrupt/not-finite': '{{file}}: {{name}} holds values that are not finite numbers.',
  'checkpoint.unsafe-pickle/wants':
    '{{file}} is refused: it wants to {{what}}, which reading weights never needs. Nothing of it was run. If you trust the file, load it in PyTorch and save model.state_dict() alone.',
  'checkpoint.unsafe-pickle/code':
    '{{file}} is refused: it holds a {{what}} with its code, not only weights. Load it in PyTorch and save model.state_dict() alone.',
  'checkpoint.unknown-format/content':
    '{{file}} is neither a file of torch.save (ZIP, or the form before PyTorch 1.6) nor a safetensors file.',
  'checkpoint.unknown-format/zip': '{{file}} is a ZIP archive, and not one that torch.save wrote.',
  'checkpoint.unknown-format/torchscript':
    '{{file}} is a TorchScript program. Load it in PyTorch and save model.state_dict() alone.',
  'checkpoint.unknown-format/byte-order':
    '{{file}} was written by a machine with another byte order. Load it in PyTorch and save it again on a usual one.',
  'checkpoint.unknown-format/protocol': '{{file}} is of a protocol of torch.save that is not known.',
} as const;
