using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>The columns of a dataset of transfers: a row for each transfer in or out of one of the bank's accounts.</summary>
/// <param name="Reference">What both banks of a transfer call it, text.</param>
/// <param name="Account">The bank's own account, text; a pseudonym will do.</param>
/// <param name="Bank">The party at the other end, text: another name than that of a party is outside the consortium.</param>
/// <param name="Direction"><c>in</c> or <c>out</c>.</param>
/// <param name="Amount">How much, a positive number.</param>
/// <param name="Day">When, text as <c>2026-03-31</c>.</param>
/// <param name="Traced">How much of a transfer out this bank traces, a number; 0 or missing for none of it. Nobody else learns any of it.</param>
/// <param name="Name">Who holds the account, text; null where no job asks.</param>
/// <param name="Industry">The holder's industry code, text; null where no job asks.</param>
/// <param name="Watched"><c>yes</c> where the holder's contract lets money be followed, anything else where not, text; null where every account may be followed.</param>
public sealed record TraceColumns(
    string Reference, string Account, string Bank, string Direction, string Amount, string Day, string Traced, string? Name, string? Industry, string? Watched)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<string> Names => [.. Texts, .. Numbers];

    /// <summary>Those of text.</summary>
    public IReadOnlyList<string> Texts => [Reference, Account, Bank, Direction, Day, .. new[] { Name, Industry, Watched }.OfType<string>()];

    /// <summary>Those of numbers.</summary>
    public IReadOnlyList<string> Numbers => [Amount, Traced];

    internal void Encode(CanonicalWriter writer) => writer
        .Text(Reference).Text(Account).Text(Bank).Text(Direction).Text(Amount).Text(Day).Text(Traced)
        .Optional(Name, (w, name) => w.Text(name)).Optional(Industry, (w, name) => w.Text(name)).Optional(Watched, (w, name) => w.Text(name));

    internal static TraceColumns Decode(ref CanonicalReader reader) => new(
        reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(),
        reader.Optional((ref r) => r.Text()), reader.Optional((ref r) => r.Text()), reader.Optional((ref r) => r.Text()));
}

/// <summary>What a bank tells of an account that traced money came to, beside where the money went.</summary>
[Flags]
public enum TraceDetails : byte
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>The account as the bank calls it.</summary>
    Account = 1,

    /// <summary>Who holds it.</summary>
    Name = 2,

    /// <summary>The holder's industry.</summary>
    Industry = 4,

    /// <summary>All of these.</summary>
    All = Account | Name | Industry,
}
