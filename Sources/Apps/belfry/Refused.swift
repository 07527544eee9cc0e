/// The command can't be carried out (exit 1). The lines say why and go to standard error.
struct Refused: Error {
    var lines: [String]

    init(_ line: String) {
        lines = [line]
    }

    init(lines: [String]) {
        self.lines = lines
    }
}
