import Comparison
import Testing
