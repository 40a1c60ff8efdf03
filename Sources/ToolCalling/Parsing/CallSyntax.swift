/// What stands around calls in formats that put them into a text between markers.
struct CallSyntax: Sendable {
  /// What stands where a call begins.
  enum Beginning: Sendable {
    /// An object, or where `allowsList`, `[` and objects.
    case object(isBare: Bool, allowsList: Bool)
    /// A Python list of calls, or objects.
    case pythonOrObject(isBare: Bool)
    /// DeepSeek's own.
    case deepSeek(isInList: Bool)
  }

  struct Opening: Sendable {
    let marker: MarkerSearch.Marker
    let beginning: Beginning
    /// Whether the marker is itself the first byte of the call.
    var isPartOfCall: Bool { marker.isOnlyAtStart }

    init(_ marker: String, _ beginning: Beginning, isOnlyAtStart: Bool = false) {
      self.marker = .init(marker, isOnlyAtStart: isOnlyAtStart)
      self.beginning = beginning
    }
  }

  /// What calls begin with.
  var openings: [Opening]
  /// What may follow a call and belongs to it, in this order.
  var closers: [[UInt8]] = []
  /// Whether another object may follow a call's object, after any of these bytes or, where `allowsAdjacent`, none.
  var separators: [UInt8] = []
  var allowsAdjacent = false

  /// Nil for `harmony`, which has no such syntax.
  init?(_ format: ToolFormat) {
    switch format {
    case .harmony: return nil
    case .hermes, .generic:
      openings = [Opening(Markers.toolCall, .object(isBare: false, allowsList: false))]
      closers = [Array(Markers.toolCallEnd.utf8)]
    case .llama3:
      openings = [
        Opening("{", .object(isBare: true, allowsList: false), isOnlyAtStart: true),
        Opening(Markers.pythonTag, .object(isBare: false, allowsList: false)),
      ]
      separators = Array(";,".utf8)
      allowsAdjacent = true
    case .llama4:
      openings = [
        Opening("{", .pythonOrObject(isBare: true), isOnlyAtStart: true),
        Opening("[", .pythonOrObject(isBare: true), isOnlyAtStart: true),
        Opening(Markers.pythonStart, .pythonOrObject(isBare: false)),
      ]
      closers = [Array(Markers.pythonEnd.utf8)]
      separators = Array(";,".utf8)
      allowsAdjacent = true
    case .mistral:
      openings = [Opening(Markers.toolCalls, .object(isBare: false, allowsList: true))]
      closers = [Array("]".utf8)]
      separators = Array(",".utf8)
    case .deepSeek:
      openings = [
        Opening(Markers.callsBegin, .deepSeek(isInList: true)), Opening(Markers.callBegin, .deepSeek(isInList: false)),
      ]
      closers = ["```", Markers.callEnd, Markers.callsEnd].map { Array($0.utf8) }
    }
  }
}
