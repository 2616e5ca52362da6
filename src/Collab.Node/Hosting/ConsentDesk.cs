using Collab.Engine.Consents;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>What this node answers its operator of the register of consents (protocols/specs/consent.md).</summary>
internal sealed class ConsentDesk(NodeParts parts)
{
    public Task<ConsentRegisterView> AddAsync(AddConsentsRequest request, CancellationToken cancellation)
    {
        if (request.Consents is not { Count: > 0 }) throw new CollabException(ConsentErrors.Invalid, "There is no consent to be added.");
        parts.Consents.Give([.. request.Consents.Select(c => new ConsentRecord(c.Subject, c.Recipient, c.Purpose, c.Fields, c.From, c.Until))]);
        return AnchoredAsync(cancellation);
    }

    public Task<ConsentRegisterView> WithdrawAsync(WithdrawConsentRequest request, CancellationToken cancellation)
    {
        parts.Consents.Withdraw(request.Subject, request.Recipient, request.Purpose);
        return AnchoredAsync(cancellation);
    }

    public ConsentRegisterView List(ListConsentsRequest request)
    {
        var now = parts.Clock.GetUtcNow();
        var version = parts.Consents.Current;
        return View(version) with
        {
            Consents = [.. version.Entries.Where(e => request.Subject is null || e.Record.Subject == request.Subject).Select(e => new ConsentView(
                new ConsentGiven(e.Record.Subject, e.Record.Recipient, e.Record.Purpose, e.Record.Fields, e.Record.From, e.Record.Until),
                !e.Stands ? "withdrawn" : now < e.Record.From ? "not-yet" : now < e.Record.Until ? "live" : "expired", e.GivenIn, e.WithdrawnIn))],
        };
    }

    public ConsentHistoryView History(ConsentHistoryRequest request)
    {
        if (request is { Subject: { } subject, Run: null }) return new([.. parts.Consents.UsesOf(subject).Select(View)]);
        if (request is not { Subject: null, Run: { } digits }) throw new CollabException(OperatorEndpoint.RequestInvalid, "A history is of a subject or of a run.");
        if (digits.Length != 2 * Digest.Size || !digits.All(char.IsAsciiHexDigit))
            throw new CollabException(OperatorEndpoint.RequestInvalid, "A run is named by 64 hexadecimal digits.");
        var run = Digest.Parse(digits);
        var use = parts.Consents.UseOf(run) ?? throw new CollabException(ConsentErrors.Unknown, "This node took no rows by consent in that run.", parts.Self);
        var snapshot = parts.Engine.Archive.FindReceipt(run, parts.Self)?.Snapshot;
        return new([View(use)], new(use.RowsRead, use.RowsLeftOut, use.Snapshot, use.Opening, snapshot is null ? null : use.Proves(snapshot)));
    }

    // The change is made and durable; a run that needs it waits for the ledger itself, so witnesses that are away are no failure here.
    private async Task<ConsentRegisterView> AnchoredAsync(CancellationToken cancellation)
    {
        try
        {
            return View(await parts.Consents.AnchorAsync(parts.Ledger, cancellation)) with { OnLedger = true };
        }
        catch (CollabException e) when (e.Code.Kind == ErrorKind.Peer)
        {
            return View(parts.Consents.Current);
        }
    }

    private ConsentRegisterView View(ConsentVersion version) => new(
        version.Number, version.Commitment?.Value.ToString(),
        parts.Ledger.Page(version.Register).Of<LedgerOperation.RegisterConsents>().Any(o => o.Author == parts.Self && o.Number == version.Number));

    private ConsentUseView View(ConsentUse use)
    {
        var run = Digest.Parse(use.Run);
        var page = parts.Ledger.PageWithPending(Digest.Parse(use.Job));
        var ended = page.CommitOf(parts.Self, run) is not null ? "committed"
            : page.Of<LedgerOperation.Abort>().Any(a => a.Run == run && a.Author == parts.Self) ? "aborted" : "running";
        return new(use.Job, use.Run, use.Dataset, use.Purpose, use.Recipients, use.Fields, use.Version, use.At, ended);
    }
}
