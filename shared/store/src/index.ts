export {
  alertOffsets,
  batchFileBytes,
  removeConsumerFiles,
  writeBatchFile,
  writeQuarantineFiles,
} from './batch-files.js';
export { sizeAtOpen, VISIBLE_WITHIN_MS } from './file-size.js';
export { isAsMade } from './file-sum.js';
export { CannotWrite, namesIn, writeChunks, writeFileAtomically } from './files.js';
export { type FolderMark, markFolder, readFolderMark, timeOfMark } from './folder-mark.js';
export { freeBytesOf } from './free-bytes.js';
export { foldersIn, type NightFile, Nights } from './night-folders.js';
export { type DataPaths, DEFAULT_FEATURES, dataPaths, isWrittenFolder } from './paths.js';
