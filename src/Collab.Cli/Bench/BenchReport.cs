using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Collab.Cli.Bench;

/// <summary>What a benchmark found: the one object that <c>collab bench --json</c> prints.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Variant">The operation or protocol within it.</param>
/// <param name="Size">Items per run.</param>
/// <param name="Runs">Runs measured.</param>
/// <param name="Threads">Threads each side could compute with.</param>
/// <param name="Transport">What carried the messages.</param>
/// <param name="Security">The security of the run.</param>
/// <param name="Seconds">Time of a run.</param>
/// <param name="Bytes">Bytes of messages of one run, with the prefixes of their frames.</param>
/// <param name="PeakBytes">The largest resident memory of each side's process.</param>
/// <param name="PerSecond">Items per second in the median run.</param>
/// <param name="Correct">Whether every run's output was checked and right.</param>
/// <param name="Machine">Processor, cores, system and runtime.</param>
/// <param name="All">The seconds of each run, in order.</param>
public sealed record BenchReport(
    string Topic,
    string Variant,
    long Size,
    int Runs,
    int Threads,
    string Transport,
    string Security,
    BenchSeconds Seconds,
    BenchBytes Bytes,
    BenchPeakBytes PeakBytes,
    double PerSecond,
    bool Correct,
    string Machine,
    IReadOnlyList<double> All)
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whose memory <see cref="PeakBytes"/> says, where that is not each side's process.</summary>
    public string? PeakOf { get; init; }

    /// <summary>Resident memory before the first run: the program and the inputs. What is above it in <see cref="PeakBytes"/> is the protocol's.</summary>
    public BenchPeakBytes? StartBytes { get; init; }

    /// <summary>Seconds of the first run, which warms up and is not counted.</summary>
    public double? FirstSeconds { get; init; }

    /// <summary>Processor time of one run.</summary>
    public BenchCpuSeconds? CpuSeconds { get; init; }

    /// <summary>Speeds of openssl just before the runs, when they were asked for.</summary>
    public Yardsticks? Yardsticks { get; init; }

    /// <summary>What is measured of an unbalanced intersection beside: <c>upsi</c>.</summary>
    public UnbalancedFigures? Unbalanced { get; init; }

    /// <summary>What is measured of a training beside its time: <c>model</c>.</summary>
    public ModelFigures? Model { get; init; }

    /// <summary>What is measured of a linear model beside: <c>model</c>.</summary>
    public LinearFigures? Linear { get; init; }

    /// <summary>Processor, cores, system and runtime of this machine.</summary>
    public static string ThisMachine
    {
        get
        {
            const string Known = "model name";
            const string Source = "/proc/cpuinfo";
            var named = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(line => line.StartsWith(Known, StringComparison.Ordinal)) : null;
            var processor = named is null ? RuntimeInformation.ProcessArchitecture.ToString() : named[(named.IndexOf(':') + 1)..].Trim();
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{processor}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        }
    }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Layout);
}

/// <summary>Time of a run, in seconds.</summary>
public sealed record BenchSeconds(double Min, double Median, double Max)
{
    /// <summary>The spread of the runs.</summary>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public static BenchSeconds Of(IReadOnlyCollection<double> runs)
    {
        if (runs.Count == 0) throw new ArgumentException("At least one run.", nameof(runs));
        var sorted = runs.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new BenchSeconds(sorted[0], median, sorted[^1]);
    }
}

/// <summary>Bytes each way.</summary>
public sealed record BenchBytes(long AToB, long BToA);

/// <summary>The largest resident memory of each side, in bytes.</summary>
public sealed record BenchPeakBytes(long A, long B);

/// <summary>Processor time of one run at each side, in seconds: the mean of the counted runs. In one process all of it stands at a.</summary>
public sealed record BenchCpuSeconds(double A, double B);
