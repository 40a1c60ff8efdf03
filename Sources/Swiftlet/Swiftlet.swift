/// One import for everything but the command line.
@_exported import Charts
@_exported import ChatTemplates
@_exported import Checkpoints
@_exported import Comparison
@_exported import Grammars
@_exported import JSONParsing
@_exported import LanguageModels
@_exported import Tensors
@_exported import TextGeneration
@_exported import Tokenization
@_exported import ToolCalling
@_exported import Training
