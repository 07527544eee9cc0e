extension JSONReader {
    /// Throws if two names of the object are equal. Linear in the bytes of the names, whatever they are.
    ///
    /// Names are compared as they are decoded, byte by byte: `"a"` equals `"\u0061"`, and two names that Unicode calls
    /// canonically equivalent are two names.
    func refuseDuplicateNames(of object: Int, count: Int, _ text: Span<UInt8>) throws(JSONError) {
        // With few names, a comparison of each with those before it costs less than a set of strings.
        let countMax = 32
        guard count <= countMax, !hasUnusualNames else { return try refuseDuplicateStrings(of: object) }
        var seen: UInt64 = 0
        var name = object + 1
        while name < nodes.count {
            let bit = fingerprint(of: name, text)
            if seen & bit != 0 { try refuse(name, ifBefore: object + 1, text) }
            seen |= bit
            name = nodes.indexPast(name + 1)
        }
    }

    /// Throws if the name that was read last has more combining marks in a row than a name may have.
    func refuseLongRunOfMarks() throws(JSONError) {
        guard let name = nodes.last else { return }
        var count = 0
        for scalar in name.string(in: bytes).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: count += 1
            default: count = 0
            }
            guard count <= JSONLimits.combiningMarksMax else {
                throw failure(
                    "a name has more than \(JSONLimits.combiningMarksMax) combining marks in a row",
                    at: name.errorOffset, .tooLarge)
            }
        }
    }

    /// One bit of 64, the same for equal names and mostly another for different names.
    @inline(__always)
    private func fingerprint(of name: Int, _ text: Span<UInt8>) -> UInt64 {
        let (start, end) = (Int(nodes[name].start), nodes[name].end)
        guard start < end else { return 1 }
        let (first, middle, last) = (Int(text[start]), Int(text[(start + end) / 2]), Int(text[end - 1]))
        let sum = (end - start) * 5 + first + middle * 3 + last * 11
        return 1 << UInt64(truncatingIfNeeded: sum & 63)
    }

    private func refuse(_ name: Int, ifBefore first: Int, _ text: Span<UInt8>) throws(JSONError) {
        let (start, length) = (Int(nodes[name].start), nodes[name].end - Int(nodes[name].start))
        var other = first
        while other < name {
            let otherStart = Int(nodes[other].start)
            if nodes[other].end - otherStart == length,
                (0..<length).allSatisfy({ text[start + $0] == text[otherStart + $0] })
            {
                throw duplicate(name)
            }
            other = nodes.indexPast(other + 1)
        }
    }

    private func refuseDuplicateStrings(of object: Int) throws(JSONError) {
        var seen: Set<[UInt8]> = []
        var name = object + 1
        while name < nodes.count {
            guard seen.insert(Array(nodes[name].string(in: bytes).utf8)).inserted else { throw duplicate(name) }
            name = nodes.indexPast(name + 1)
        }
    }

    private func duplicate(_ name: Int) -> JSONError {
        failure(
            "the object has the name \"\(nodes[name].string(in: bytes))\" twice", at: nodes[name].errorOffset,
            .duplicateName)
    }
}
