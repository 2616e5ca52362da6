using System.Globalization;
using Collab.Primitives;

namespace Collab.Cli.Bench.Estimates;

/// <summary>A job whose estimate is held against its run: two parties, so many rows each, half of the smaller set in common.</summary>
/// <param name="Protocol">One of <see cref="Protocols"/>.</param>
/// <param name="SenderRows">Rows of the party that receives nothing.</param>
/// <param name="ReceiverRows">Rows of the party that receives.</param>
internal sealed record EstimateCase(string Protocol, int SenderRows, int ReceiverRows)
{
    private const string FileName = "list.csv";
    private const int Loopback = 10_000; // Mbit/s

    /// <summary>What can be asked for: Diffie-Hellman, RR22 in both forms, the number only, totals over matches.</summary>
    public static IReadOnlyList<string> Protocols { get; } = ["ecdh", "rr22", "rr22-semi-honest", "cardinality", "circuit"];

    /// <summary>The party that receives nothing.</summary>
    public static PartyId Sender { get; } = PartyId.Parse("sender");

    /// <summary>The party that receives.</summary>
    public static PartyId Receiver { get; } = PartyId.Parse("receiver");

    private int Common => Math.Min(SenderRows, ReceiverRows) / 2;

    /// <summary>The job description. Rows are said, so that the estimate is for them, and a line as fast as loopback.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture, $"""
        kind: intersection
        purpose: estimate
        parties:
          - name: {Sender}
            dataset: list
            key: id
            rows: {SenderRows}
          - name: {Receiver}
            dataset: list
            key: id
            rows: {ReceiverRows}
        receivers: [{Receiver}]
        security: {(Protocol == "rr22" ? "malicious" : "semi-honest")}
        run-limit: 2h
        parameters: {Parameters}

        """);

    private string Parameters => Protocol switch
    {
        "cardinality" => $"{{ reveal: cardinality, bandwidth: {Loopback} }}",
        "circuit" => $"{{ reveal: aggregates, of: {Sender}, columns: [amount], statistics: [count, sum], minimum: 1, bandwidth: {Loopback} }}",
        _ => $"{{ protocol: {Protocol.Split('-')[0]}, bandwidth: {Loopback} }}",
    };

    /// <summary>Writes a party's rows into a folder of its own: a number as key and, at the sender, an amount.</summary>
    public async Task WriteAsync(PartyId party, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await using var file = new StreamWriter(Path.Combine(folder, FileName));
        var (first, count) = party == Sender ? (0, SenderRows) : (SenderRows - Common, ReceiverRows);
        await file.WriteAsync(party == Sender ? "id,amount\n" : "id\n");
        for (var i = 0; i < count; i++)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"K{first + i:D10}{(party == Sender ? $",{(first + i) % 1000}" : "")}\n");
            await file.WriteAsync(line.AsMemory(), cancellation);
        }
    }

    /// <summary>Whether the receiver's result is that of the plain intersection.</summary>
    /// <param name="file">Its <c>result.csv</c>.</param>
    public bool IsRight(string file)
    {
        var lines = File.ReadLines(file).Skip(1);
        var count = Protocol switch
        {
            "cardinality" => lines.First(),
            "circuit" => lines.Select(line => line.Split(',')).First(cells => cells[2] == "count")[3],
            _ => lines.Count().ToString(CultureInfo.InvariantCulture),
        };
        return count == Common.ToString(CultureInfo.InvariantCulture);
    }
}
