/// The command can't be carried out (exit 1). The text says why and goes to standard error.
struct Refused: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
