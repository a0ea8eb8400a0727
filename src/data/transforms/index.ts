// Transforms of images with torchvision's names, arguments and conventions (torchvision.transforms). Images are uint8
// pictures (H, W[, C]) until ToTensor makes floating point (C, H, W).

export type { Border, Interpolation } from '../images.js';
export { type ColorChange, ColorJitter, type ColorJitterOptions, Normalize, ToTensor } from './colors.js';
export {
  CenterCrop,
  Pad,
  type Padding,
  type PadOptions,
  RandomCrop,
  type RandomCropOptions,
  RandomHorizontalFlip,
  RandomResizedCrop,
  type RandomResizedCropOptions,
  RandomRotation,
  type RandomRotationOptions,
  RandomVerticalFlip,
  Resize,
  type ResizeOptions,
} from './geometry.js';
export { Compose, Lambda, type RandomSource, Transform, type TransformSpec } from './transform.js';
