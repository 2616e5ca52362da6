namespace Collab.Cli.Bench.Parties;

/// <summary>What one party measured.</summary>
/// <param name="First">Seconds of the first run, which warms up and is not counted.</param>
/// <param name="Seconds">Seconds of each counted run, in order.</param>
/// <param name="BytesSent">Payload bytes to the other party in one run.</param>
/// <param name="BytesReceived">Payload bytes from the other party in one run.</param>
/// <param name="CpuSeconds">Processor time of this process over all counted runs, in seconds.</param>
/// <param name="PeakBytes">The largest resident memory of this process, with its input.</param>
/// <param name="StartBytes">Resident memory of this process with its input, before the first run.</param>
/// <param name="Correct">Whether every run's output was right.</param>
internal sealed record PartyFindings(
    double First, double[] Seconds, long BytesSent, long BytesReceived, double CpuSeconds, long PeakBytes, long StartBytes, bool Correct);
