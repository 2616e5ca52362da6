using System.Globalization;
using Collab.Engine;
using Collab.Engine.Models;
using Collab.Engine.Planning;
using Collab.Engine.Ports;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;
using Collab.Wire.Operator;

namespace Collab.Node.Hosting;

/// <summary>Turns what the engine says into the operator's documents.</summary>
internal static class Views
{
    public static string Word(JobEventKind kind) => kind switch
    {
        JobEventKind.AwaitsApproval => "awaits-approval",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static ErrorView Of(Fault fault) => new(fault.Code, fault.Party?.Name, fault.Step?.Name, fault.Message, fault.Next);

    public static DatasetView Of(DatasetOffer offer) => new(
        offer.Owner.Name, offer.Name, offer.Id.ToString(), offer.Version.ToString(),
        string.Create(CultureInfo.InvariantCulture, $"fewer than {(UInt128)Math.Pow(10, offer.RowBand)}"), [.. offer.Schema.Columns.Select(Of)], offer.Subject);

    public static ColumnView Of(ColumnSchema column) => new(column.Name, column.Type.ToString().ToLowerInvariant(), column.Scale);

    public static StockView Of(PartyId peer, TripleStock stock) => new(peer.Name, stock.Products, stock.Conjunctions);

    public static TrafficView Of(PeerTraffic passed) => new(
        passed.Peer.Name, passed.Usage.MessagesSent, passed.Usage.BytesSent, passed.Usage.MessagesReceived, passed.Usage.BytesReceived);

    public static TextView Of(Bilingual text) => new(text.English, text.Chinese);

    public static ModelView Of(Plan training, Digest model, IReadOnlyList<StoredPart> parts, bool withTerms) => new(
        model.ToString(), training.Digest.ToString(), Of(Explanation.Of(training).Question), training.Purpose, training.Created, ModelExport.LabelOwnerOf(training)?.Name,
        [.. training.Owners.Select(owner => owner.Name)], [.. parts.Select(part => part.Of.Name)],
        withTerms ? [.. ModelExport.TermsOf(training, parts).Select(term => new ModelTermView(term.Of.Name, term.Column, term.Name, term.Value))] : null);

    public static ExplanationView Of(Plan plan, Explanation explanation) => new(
        explanation.Job.ToString(), Of(explanation.Question), Of(explanation.Adversary), plan.Purpose, plan.Expires, plan.Uses,
        [.. explanation.Parties.Select(p => new PartyExplanationView(p.Party.Name, [.. p.Sends.Select(Of)], [.. p.Learns.Select(Of)]))],
        explanation.Cost.Messages, explanation.Cost.Bytes, explanation.Cost.MemoryBytes, Math.Round(explanation.Cost.Seconds, explanation.Cost.Seconds < 10 ? 2 : 1),
        plan.Protocol, plan.Security == SecurityModel.Malicious ? "malicious" : "semi-honest", [.. explanation.Notes.Select(Of)],
        explanation.Cost.AreUpperBounds);

    /// <summary>A job as this node sees it: what the ledger says, what this node reported of the newest run, and what keeps it from going on.</summary>
    public static JobView Of(Plan plan, JobPage page, JobArchive archive, string? result, ErrorView? trouble, DateTimeOffset now)
    {
        var state = JobState.Of(plan, page, now);
        var run = state switch
        {
            JobState.Started s => s.Run,
            JobState.Committed s => s.Run,
            JobState.Aborted s => s.Run,
            _ => (Digest?)null,
        };
        return new(
            plan.Digest.ToString(),
            plan.Question.Kind,
            plan.Purpose,
            plan.Requester.Name,
            [.. plan.Owners.Select(o => o.Name)],
            [.. plan.Receivers.Select(r => r.Name)],
            state.Name,
            state is JobState.Proposed proposed ? [.. proposed.Missing.Select(m => m.Name)] : null,
            run?.ToString(),
            plan.Created,
            plan.Expires,
            plan.Uses,
            result,
            run is { } settled && archive.IsSettled(settled),
            ErrorOf(state, run is { } r ? archive.FaultOf(r) : null, page) ?? (state is JobState.Committed ? null : trouble));
    }

    private static ErrorView? ErrorOf(JobState state, Fault? reported, JobPage page) => state switch
    {
        JobState.Aborted { Why: var why } => reported is not null && reported.Code == why.Code
            ? Of(reported) with { Party = why.AtFault?.Name, Step = why.Step?.Name }
            : new(why.Code, why.AtFault?.Name, why.Step?.Name, $"{why.Author} ended the run.", reported?.Next ?? "See the events of the party named, then submit the job again."),
        JobState.Closed { Why: var why } => new(
            page.By<LedgerOperation.Refuse>(why.By) is { } refusal ? refusal.Reason : why.Code.Name, why.By.Name, null, why.Message, why.Code.Next),
        JobState.Committed when reported is not null => Of(reported),
        _ => null,
    };
}
