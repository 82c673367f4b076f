/** Why a verdict, a choice or a refusal is as it is. */
export const reasons = {
  'use.modality': 'The modality is {{given}}; the model is meant for {{meant}}.',
  'use.body-part': 'The body part is {{given}}; the model is meant for {{meant}}.',
  'use.view': 'The view is {{given}}; the model is meant for {{meant}}.',
  'use.age': 'The age is {{given}}; the model is meant for {{meant}}.',
} as const;
