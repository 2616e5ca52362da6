using Collab.Cryptography.Signatures;
using Collab.Engine;
using Collab.Engine.Consents;
using Collab.Engine.Datasets;
using Collab.Engine.Records;
using Collab.Engine.Replays;
using Collab.Evidence;
using Collab.Ledger;
using Collab.Ledger.Embedded;
using Collab.Node.Configuration;
using Collab.Node.Storage;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>The parts of a running node, for what answers its operator.</summary>
internal sealed record NodeParts(
    PartyId Self,
    Consortium Consortium,
    TrustedKeys Keys,
    SigningKey LogKey,
    Renewal Renewal,
    EmbeddedLedger Ledger,
    PeerDirectory Peers,
    DatasetRegistry Datasets,
    ConsentRegister Consents,
    KeptReplays Replays,
    JobEngine Engine,
    ResultFolder Results,
    EventStream Events,
    TimeProvider Clock,
    string Software,
    string Address,
    DateTimeOffset Started)
{
    /// <summary>What this node attested.</summary>
    public required IssuedRecords Issued { get; init; }

    /// <summary>Attests and revokes.</summary>
    public required RecordIssuer Issuer { get; init; }

    /// <summary>Checks records that others attested.</summary>
    public required RecordChecker Checker { get; init; }

    /// <summary>When the certificate that a party's node last showed expires.</summary>
    public required Func<PartyId, DateTimeOffset?> ExpiryOf { get; init; }

    /// <summary>Files that people sent to the node.</summary>
    public required ReceivedFiles Received { get; init; }

    /// <summary>The contract before the logs, or null.</summary>
    public ChainLedger? Chain { get; init; }

    public StatusView Status()
    {
        var (size, final) = Ledger.Size;
        return new(
            Self.Name, Consortium.Name, Software, Address, Started, Renewal.ValidUntil, size, final,
            [.. Consortium.Members.Where(m => m.Party != Self).Select(Peer)], Datasets.Offers.Count, Ledger.Jobs.Count,
            [.. Awaited(), .. Renewal.Warning(Clock.GetUtcNow()) is { } warning ? [new TroubleView(null, Views.Of(warning))] : Array.Empty<TroubleView>(),
                .. Ledger.Trouble is { } trouble ? [new TroubleView(null, Views.Of(trouble))] : Array.Empty<TroubleView>(),
                .. (Chain?.Troubles ?? []).Select(chain => new TroubleView(null, Views.Of(chain))), .. Events.Troubles])
        {
            Prepared =
            [
                .. Consortium.Members.Where(m => m.Party != Self).Select(m => Views.Of(m.Party, Engine.PreparedWith(m.Party))).Where(s => s.Products > 0 || s.Conjunctions > 0),
            ],
            Budgets = [.. Engine.BudgetsLeft.Select(left => new BudgetView(left.Dataset, left.Requester?.Name, left.Laplace, left.Gaussian))],
        };
    }

    private IEnumerable<TroubleView> Awaited() => Ledger.AwaitedForRecovery.Select(party => new TroubleView(null, Views.Of(
        new CollabException(LedgerErrors.Recovering, $"This node was restored from a backup and has not yet heard what {party} holds.", party).ToFault())));

    private PeerView Peer(PartyCard member)
    {
        var seen = Ledger.Witnesses.GetValueOrDefault(member.Party);
        return new(
            member.Party.Name, member.Address, Peers.ClientOf(member.Party).Greeted?.Software, seen?.LastAnswer,
            seen?.Fault is { } fault ? Views.Of(fault) : null);
    }
}
