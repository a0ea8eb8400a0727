// The language of cells: TypeScript plus array operators. This file only re-exports; everything that imports the
// compiler is loaded by the service on first use, so importing this module costs nothing.

export type {
  CellDiagnostic,
  CellRuntime,
  CompiledCell,
  CompletenessResult,
  CompletionMatch,
  CompletionResult,
  InspectResult,
  LanguageOptions,
  PositionMap,
} from './contract.js';
export { LIVE } from './contract.js';
export { LanguageService } from './service.js';
