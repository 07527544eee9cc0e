extension Double {
    /// The number with at most this many digits after the point.
    func rounded(digits: Int) -> Double {
        let factor = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        return (self * factor).rounded() / factor
    }
}
