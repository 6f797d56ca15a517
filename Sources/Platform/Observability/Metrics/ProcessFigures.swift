import Glibc

extension MetricsRegistry {
    /// Adds what Prometheus' own libraries tell of a process, under the same names, and how it was built.
    public func addProcessFigures() {
        func figure(_ kind: MetricKind, _ name: String, _ help: String, _ read: @escaping @Sendable () -> Double?) {
            self.read(kind, name, help: help) { read().map { [([:], $0)] } ?? [] }
        }
        figure(.counter, "process_cpu_seconds_total", "Processor time of the process, user and system.") {
            ProcessFigures.cpuSeconds
        }
        figure(.gauge, "process_resident_memory_bytes", "Memory of the process that is resident.") {
            ProcessFigures.memory()?.resident
        }
        figure(.gauge, "process_virtual_memory_bytes", "Address space of the process.") {
            ProcessFigures.memory()?.virtual
        }
        figure(.gauge, "process_open_fds", "Open file descriptors of the process.") { ProcessFigures.openDescriptors }
        figure(.gauge, "process_max_fds", "The most file descriptors that the process may open.") {
            ProcessFigures.descriptorLimit
        }
        // By the wall clock, as near as a read of it now comes.
        let start = Double(time(nil)) - ProcessFigures.age
        figure(.gauge, "process_start_time_seconds", "When the process started, in seconds since 1970.") { start }
        let build = ["swift": ProcessFigures.compiler, "configuration": ProcessFigures.configuration]
        read(.gauge, "tradewind_build_info", help: "How this executable was built; always 1.") {
            [(build, 1)]
        }
    }
}

/// What `/proc` and the system tell of this process.
enum ProcessFigures {
    static var cpuSeconds: Double? {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// Address space and resident memory, in bytes.
    static func memory() -> (virtual: Double, resident: Double)? {
        let pages = contents(of: "/proc/self/statm").split(separator: " ").compactMap { Double($0) }
        guard pages.count > 1 else { return nil }
        let size = Double(sysconf(Int32(_SC_PAGESIZE)))
        return (pages[0] * size, pages[1] * size)
    }

    static var openDescriptors: Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without ".", ".." and the directory's own.
        return Double(count - 3)
    }

    static var descriptorLimit: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }

    /// For how many seconds the process has been running.
    static var age: Double {
        // Behind the name, which may hold blanks and parentheses: the 20th value is the start in ticks since the boot.
        let values = contents(of: "/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        let up = contents(of: "/proc/uptime").split(separator: " ").first.flatMap { Double($0) }
        guard values.count > 19, let ticks = Double(values[19]), let up else { return 0 }
        return max(0, up - ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static func contents(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
