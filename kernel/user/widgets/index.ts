// The namespace `widgets` of every cell: controls as in ipywidgets, `interact`, links, Output, anywidget, and comms.
export { Comm, type CommBuffer, type CommMessage, type CommOptions, registerTarget } from '../comms.js';
export { anywidget, type PageCode } from './anywidget.js';
export {
  Accordion,
  BoundedFloatText,
  BoundedIntText,
  Box,
  Button,
  Checkbox,
  ColorPicker,
  Combobox,
  DatePicker,
  FloatLogSlider,
  FloatProgress,
  FloatRangeSlider,
  FloatSlider,
  FloatText,
  GridBox,
  HBox,
  HTML,
  HTMLMath,
  Image,
  IntProgress,
  IntRangeSlider,
  IntSlider,
  IntText,
  Label,
  Layout,
  Password,
  Play,
  Stack,
  Tab,
  Text,
  Textarea,
  ToggleButton,
  Valid,
  VBox,
} from './controls.js';
export { openedByPage } from './define.js';
export {
  type Abbreviation,
  fixed,
  type Interactive,
  interact,
  interactive,
  interactManual,
} from './interact.js';
export { dlink, jsdlink, jslink, type Link, link } from './link.js';
export { type AnyWidget, type Change, Widget } from './model.js';
export { Output } from './output.js';
export {
  Dropdown,
  RadioButtons,
  Select,
  SelectionSlider,
  SelectMultiple,
  ToggleButtons,
} from './selection.js';
