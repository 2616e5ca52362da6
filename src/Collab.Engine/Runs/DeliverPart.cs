using Collab.Channels;
using Collab.Cryptography.Sealing;
using Collab.Data.Keys;
using Collab.Engine.Records;
using Collab.Evidence.Records;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>A party's part of <c>deliver/1</c>: the receiver asks under seal, the issuer evaluates, attests and replies under seal, the receiver verifies every record
/// before anything is released (protocols/specs/deliver.md).</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's keys.</param>
/// <param name="Places">At the issuer: where the first row of each key is.</param>
/// <param name="Read">The commitment to what was read.</param>
internal sealed record DeliverPart(
    EnginePorts Ports, Plan Plan, DeliverQuestion Question, KeyedRows Rows, IReadOnlyList<(ColumnBatch Batch, int Row)> Places, SnapshotReference Read)
    : ProtocolPart(Read)
{
    private PartyId Receiver => Plan.Receivers[0];

    private ISealedDelivery Sealing => SealedDelivery.For(Ports.RequireKeys().Suite);

    public static async Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, DeliverQuestion question, CancellationToken cancellation)
    {
        ports.RequireKeys();
        var input = plan.InputOf(ports.Self)!;
        using var data = new GrantedData(ports, input);
        var places = new List<(ColumnBatch, int)>();
        var isIssuer = question.Of == ports.Self;
        var rows = await KeyedRowReader.ReadAsync(
            data.ReadAsync(cancellation), [input.Key], question.KeyRule, isIssuer ? (batch, row, _) => places.Add((batch, row)) : null, cancellation);
        if (!isIssuer && (rows.Keys.Count < 1 || rows.Keys.Count > question.Records || DeliveryBodies.Request(rows.Keys).Length > DeliveryBodies.RequestSize(question)))
            throw new CollabException(RunErrors.RecordsUnsuited, $"A run asks for 1 to {question.Records} keys of {DeliveryBodies.KeyRoom} bytes on the average.", ports.Self, RunSteps.Read);
        return new DeliverPart(ports, plan, question, rows, places, data.Close(ports.Random));
    }

    public override async Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation)
    {
        using var key = Sealing.GenerateKey(Ports.Random);
        if (Ports.Self != Question.Of) return await ReceiveAsync(channels[Question.Of], key, run, cancellation);
        await IssueAsync(channels[Receiver], key, run, cancellation);
        return null;
    }

    private async Task IssueAsync(IChannel channel, IOpeningKey key, Digest run, CancellationToken cancellation)
    {
        await channel.SendAsync(RunKey.Announce(Ports, Plan, run, key), cancellation);                    // 1  →  a key of this run, signed
        var announced = await channel.ReceiveAsync<RunKey>(DeliverySteps.Key, cancellation);              // 1  ←  the receiver's
        var receiver = announced.RequireOf(Ports, Plan, run, Receiver, DeliverySteps.Key);                //       checked before anything is sealed
        var body = await Pieces("request", run).ReceiveAsync(channel, key, cancellation);                 // 2  ←  the keys asked, under seal
        var asked = ReadRequest(body);
        Array.Clear(body);
        var (attestation, released) = await AttestAsync(asked, cancellation);                             // 3     evaluated, attested, final
        var reply = DeliveryBodies.Reply(attestation, released);
        if (released.Any(r => r.Record.Length + DeliveryBodies.RecordHead > Question.RecordSize))
            throw new CollabException(RunErrors.RecordsUnsuited, $"The records have no room in {Question.RecordSize} bytes each.", Ports.Self, RunSteps.Protocol);
        await Pieces("reply", run).SendAsync(channel, receiver, reply, Ports.Random, cancellation);       // 3  →  what may be released, under seal
        Array.Clear(reply);
    }

    private async Task<JobResult> ReceiveAsync(IChannel channel, IOpeningKey key, Digest run, CancellationToken cancellation)
    {
        await channel.SendAsync(RunKey.Announce(Ports, Plan, run, key), cancellation);                    // 1  →  a key of this run, signed
        var announced = await channel.ReceiveAsync<RunKey>(DeliverySteps.Key, cancellation);              // 1  ←  the issuer's
        var issuer = announced.RequireOf(Ports, Plan, run, Question.Of, DeliverySteps.Key);
        await Pieces("request", run).SendAsync(channel, issuer, DeliveryBodies.Request(Rows.Keys), Ports.Random, cancellation); // 2  →
        var body = await Pieces("reply", run).ReceiveAsync(channel, key, cancellation);                   // 3  ←
        var (attestation, released) = ReadReply(body);
        Array.Clear(body);
        await AwaitAttestationAsync(attestation, cancellation);                                           // 4     every record, or nothing
        var checking = new DeliveryCheck(Ports, Plan, Question, attestation);
        var verified = new List<(int Key, DeliveredRecord Record)>();
        foreach (var (place, file) in released) verified.Add((place, await checking.RequireAsync(Rows.Keys[place], file, cancellation)));
        await checking.RecordAsync(run, cancellation);                                                    // 5     that it was checked, on the ledger
        return Told(verified);
    }

    private IReadOnlyList<byte[]> ReadRequest(byte[] body)
    {
        try
        {
            return DeliveryBodies.ReadRequest(body, Question);
        }
        catch (MalformedException e)
        {
            throw new PeerFaultException(Receiver, DeliverySteps.Request, e.Rule);
        }
    }

    private (Digest Attestation, IReadOnlyList<(int Key, byte[] Record)> Released) ReadReply(byte[] body)
    {
        try
        {
            return DeliveryBodies.ReadReply(body, Rows.Keys.Count);
        }
        catch (MalformedException e)
        {
            throw new PeerFaultException(Question.Of, DeliverySteps.Reply, e.Rule);
        }
    }

    private async Task<(Digest Attestation, IReadOnlyList<(int Key, byte[] Record)> Released)> AttestAsync(IReadOnlyList<byte[]> asked, CancellationToken cancellation)
    {
        var input = Plan.InputOf(Ports.Self)!;
        var maker = new RecordMaker(Plan, Question, input);
        var attestation = new Attestation(Ports.Self, Ports.Random, Ports.Commitments);
        var expires = Ports.Clock.GetUtcNow() + Question.Validity;
        var made = new List<(int Key, long Place, SaltedRecord Record, IReadOnlyList<string> Shown)>();
        foreach (var (i, key) in asked.Index())
        {
            if (Rows.Keys.IndexOf(key) is not (>= 0 and var at)) continue;
            var (record, shown) = maker.Make(Places[at].Batch, Places[at].Row, expires, Ports.Random, Ports.Commitments);
            made.Add((i, attestation.Add(record), record, shown));
        }

        // With nothing to release there is an attestation too, so that the ledger does not tell.
        if (made.Count == 0) attestation.Add(SaltedRecord.Create(Ports.Self, Plan.Created < expires ? Plan.Created : expires - Question.Validity, expires, [RecordField.OfText("none", null)], Ports.Random, Ports.Commitments));
        Ports.Consented?.NoteOnly([.. made.Select(m => Places[Rows.Keys.IndexOf(asked[m.Key])])]);
        var written = await Ports.Ledger.AppendAsync(stamp => attestation.Operation(stamp, Plan.Digest), cancellation);
        await Ports.Ledger.WaitForFinalityAsync(written, cancellation);
        return (attestation.Id, [.. made.Select(m => (m.Key, attestation.Carry(m.Record, m.Place, Plan.Digest).Present(m.Shown).EncodeSecret()))]);
    }

    // Final at the issuer; on the way to this party a log may be behind the others.
    private async Task AwaitAttestationAsync(Digest attestation, CancellationToken cancellation)
    {
        using var patient = new CancellationTokenSource(Ports.Limits.Party, Ports.Clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patient.Token);
        while (true)
        {
            var seen = Ports.Ledger.Position;
            if (Ports.Ledger.Page(Plan.Digest).Of<LedgerOperation.Attest>().Any(o => o.Author == Question.Of && o.Attestation == attestation)) return;
            try
            {
                await Ports.Ledger.WaitForChangeAsync(seen, limited.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new PeerFaultException(Question.Of, DeliverySteps.Verify, "an attestation on the ledger");
            }
        }
    }

    private JobResult.Delivered Told(IReadOnlyList<(int Key, DeliveredRecord Record)> verified)
    {
        var asked = new IntersectionQuestion(Question.KeyRule, [], new Reveal.Rows(), 0, ProtocolChoice.Automatic, 0, []);
        var input = Plan.InputOf(Ports.Self)!;
        var matches = new IntersectionOutcome(asked, input, Rows).MatchesOf([.. Enumerable.Range(0, Rows.Keys.Count)]);
        var records = verified.ToDictionary(v => v.Key, v => v.Record);
        return new(Question.Of, input.Key, Question.Disclose, [.. Enumerable.Range(0, Rows.Keys.Count).Select(i => new DeliveredRow(matches[i], records.GetValueOrDefault(i)))]);
    }

    private SealedPieces Pieces(string what, Digest run) => new(
        Sealing, ContextOf(Plan, run), what, what == "request" ? DeliveryBodies.RequestSize(Question) : DeliveryBodies.ReplySize(Question),
        what == "request" ? DeliverySteps.Request : DeliverySteps.Reply);
}
