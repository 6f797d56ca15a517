@main
struct OrderAPIMain {
    static func main() {}
}
