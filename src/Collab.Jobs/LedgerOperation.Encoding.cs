using Collab.Jobs.Governance;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>The canonical encoding of ledger operations (protocols/specs/ledger-operations.md).</summary>
public static class LedgerOperationEncoding
{
    private const byte Version = 1;

    private enum Kind : byte
    {
        Propose = 1,
        Approve = 2,
        Refuse = 3,
        Revoke = 4,
        StartRun = 5,
        Spend = 6,
        Commit = 7,
        Abort = 8,
        RegisterConsents = 9,
        OpenMotion = 10,
        Vote = 11,
        RegisterAlgorithm = 12,
        ApproveAlgorithm = 13,
        Endorse = 14,
        Attest = 15,
        RevokeRecord = 16,
        RecordChecked = 17,
        DeclareRefusal = 18,
    }

    /// <summary>The bytes that are signed.</summary>
    /// <exception cref="ArgumentException">A reason, code or step that <see cref="LedgerOperation.IsCode"/> does not allow.</exception>
    public static byte[] Encode(LedgerOperation operation)
    {
        var writer = new CanonicalWriter();
        writer.Byte(Version).Byte((byte)KindOf(operation))
            .Party(operation.Author).Digest(operation.Id).Time(operation.Time)
            .List(operation.Heads, LedgerHead.Encode).Digest(operation.Job);
        switch (operation)
        {
            case LedgerOperation.Propose o:
                writer.List(o.Datasets, (w, d) => w.Party(d.Owner).Digest(d.DatasetId))
                    .List(o.Parties, (w, p) => w.Party(p)).Time(o.Expires).UInt32((uint)o.Uses);
                if (o.Terms is { } terms) ProposalTerms.Encode(writer, terms);
                break;
            case LedgerOperation.Approve o:
                writer.Digest(o.DatasetId).Digest(o.Version).Time(o.Expires).UInt32((uint)o.Uses);
                break;
            case LedgerOperation.Refuse o:
                writer.Text(Checked(o.Reason));
                break;
            case LedgerOperation.StartRun o:
                writer.Digest(o.Run).Time(o.Deadline);
                break;
            case LedgerOperation.Spend o:
                writer.Digest(o.Run).Digest(o.DatasetId).UInt32((uint)o.Use);
                break;
            case LedgerOperation.Commit o:
                writer.Digest(o.Run).Digest(o.Receipt);
                break;
            case LedgerOperation.Abort o:
                writer.Digest(o.Run).Text(Checked(o.Code))
                    .Optional(o.AtFault, (w, p) => w.Party(p)).Optional(o.Step, (w, s) => w.Text(Checked(s.Name)));
                break;
            case LedgerOperation.RegisterConsents o:
                writer.UInt32((uint)o.Number).Byte(o.Algorithm).Digest(o.Root);
                break;
            case LedgerOperation.OpenMotion o:
                MotionChange.Encode(writer, o.Change);
                writer.Time(o.Closes);
                break;
            case LedgerOperation.Vote o:
                writer.Digest(o.Motion);
                break;
            case LedgerOperation.RegisterAlgorithm o:
                writer.UInt32((uint)o.Version).Digest(o.Digest);
                break;
            case LedgerOperation.ApproveAlgorithm o:
                writer.Digest(o.Algorithm).UInt32((uint)o.Version);
                break;
            case LedgerOperation.Endorse o:
                writer.Time(o.Expires);
                break;
            case LedgerOperation.DeclareRefusal o:
                writer.Boolean(o.Run is not null);
                if (o.Run is { } refused) writer.Digest(refused);
                writer.Text(Checked(o.Code)).Party(o.Of);
                break;
            case LedgerOperation.Attest o:
                writer.Digest(o.Attestation).Byte(o.Algorithm).Digest(o.Root).Time(o.Expires);
                break;
            case LedgerOperation.RevokeRecord o:
                writer.Digest(o.Record).Text(Checked(o.Reason));
                break;
            case LedgerOperation.RecordChecked o:
                writer.Byte(o.Algorithm).Digest(o.Commitment);
                break;
        }

        return writer.ToArray();
    }

    /// <summary>Reads and checks one operation.</summary>
    /// <exception cref="MalformedException">The bytes are not exactly one operation.</exception>
    public static LedgerOperation Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Byte() != Version) throw new MalformedException("version 1 of the operation encoding");
        var kind = (Kind)reader.Byte();
        var author = reader.Party();
        var id = reader.Digest();
        var time = reader.Time();
        var heads = reader.List((ref r) => LedgerHead.Decode(ref r));
        if (!heads.Zip(heads.Skip(1)).All(p => p.First.Party.CompareTo(p.Second.Party) < 0))
            throw new MalformedException("each party's head once, in order");
        var job = reader.Digest();

        LedgerOperation operation = kind switch
        {
            Kind.Propose => new LedgerOperation.Propose(
                author, id, time, heads, job,
                reader.List((ref r) => new DatasetReference(r.Party(), r.Digest())), reader.List((ref r) => r.Party()),
                reader.Time(), Count(ref reader))
            {
                Terms = reader.Remaining > 0 ? ProposalTerms.Decode(ref reader) : null,
            },
            Kind.Approve => new LedgerOperation.Approve(
                author, id, time, heads, job, reader.Digest(), reader.Digest(), reader.Time(), Count(ref reader)),
            Kind.Refuse => new LedgerOperation.Refuse(author, id, time, heads, job, Code(ref reader)),
            Kind.Revoke => new LedgerOperation.Revoke(author, id, time, heads, job),
            Kind.StartRun => new LedgerOperation.StartRun(author, id, time, heads, job, reader.Digest(), reader.Time()),
            Kind.Spend => new LedgerOperation.Spend(author, id, time, heads, job, reader.Digest(), reader.Digest(), Count(ref reader)),
            Kind.Commit => new LedgerOperation.Commit(author, id, time, heads, job, reader.Digest(), reader.Digest()),
            Kind.Abort => new LedgerOperation.Abort(
                author, id, time, heads, job, reader.Digest(), Code(ref reader),
                reader.Optional((ref r) => r.Party()), reader.Optional((ref r) => new StepId(Code(ref r)))),
            Kind.RegisterConsents => new LedgerOperation.RegisterConsents(author, id, time, heads, job, Count(ref reader), reader.Byte(), reader.Digest()),
            Kind.OpenMotion when job == id => new LedgerOperation.OpenMotion(author, id, time, heads, job, MotionChange.Decode(ref reader), reader.Time()),
            Kind.OpenMotion => throw new MalformedException("a motion whose job is its own id"),
            Kind.Vote => new LedgerOperation.Vote(author, id, time, heads, job, reader.Digest()),
            Kind.RegisterAlgorithm => new LedgerOperation.RegisterAlgorithm(author, id, time, heads, job, Count(ref reader), reader.Digest()),
            Kind.ApproveAlgorithm => new LedgerOperation.ApproveAlgorithm(author, id, time, heads, job, reader.Digest(), Count(ref reader)),
            Kind.Endorse => new LedgerOperation.Endorse(author, id, time, heads, job, reader.Time()),
            Kind.DeclareRefusal => new LedgerOperation.DeclareRefusal(
                author, id, time, heads, job, reader.Boolean() ? reader.Digest() : (Digest?)null, Code(ref reader), reader.Party()),
            Kind.Attest => new LedgerOperation.Attest(author, id, time, heads, job, reader.Digest(), reader.Byte(), reader.Digest(), reader.Time()),
            Kind.RevokeRecord => new LedgerOperation.RevokeRecord(author, id, time, heads, job, reader.Digest(), Code(ref reader)),
            Kind.RecordChecked => new LedgerOperation.RecordChecked(author, id, time, heads, job, reader.Byte(), reader.Digest()),
            _ => throw new MalformedException("a known operation"),
        };
        reader.End();
        return operation;
    }

    private static Kind KindOf(LedgerOperation operation) => operation switch
    {
        LedgerOperation.Propose => Kind.Propose,
        LedgerOperation.Approve => Kind.Approve,
        LedgerOperation.Refuse => Kind.Refuse,
        LedgerOperation.Revoke => Kind.Revoke,
        LedgerOperation.StartRun => Kind.StartRun,
        LedgerOperation.Spend => Kind.Spend,
        LedgerOperation.Commit => Kind.Commit,
        LedgerOperation.Abort => Kind.Abort,
        LedgerOperation.RegisterConsents => Kind.RegisterConsents,
        LedgerOperation.OpenMotion => Kind.OpenMotion,
        LedgerOperation.Vote => Kind.Vote,
        LedgerOperation.RegisterAlgorithm => Kind.RegisterAlgorithm,
        LedgerOperation.ApproveAlgorithm => Kind.ApproveAlgorithm,
        LedgerOperation.Endorse => Kind.Endorse,
        LedgerOperation.DeclareRefusal => Kind.DeclareRefusal,
        LedgerOperation.Attest => Kind.Attest,
        LedgerOperation.RevokeRecord => Kind.RevokeRecord,
        LedgerOperation.RecordChecked => Kind.RecordChecked,
        _ => throw new ArgumentException($"{operation.GetType().Name} has no encoding.", nameof(operation)),
    };

    private static int Count(ref CanonicalReader reader)
    {
        var count = reader.UInt32();
        return count is >= 1 and <= int.MaxValue ? (int)count : throw new MalformedException("a count of at least 1");
    }

    private static string Code(ref CanonicalReader reader)
    {
        var code = reader.Text();
        return LedgerOperation.IsCode(code) ? code : throw new MalformedException("a code of 1 to 64 of a-z, 0-9, '.', '-' and '/'");
    }

    // What cannot be read back would count for nothing on the ledger, its author none the wiser.
    private static string Checked(string code) => LedgerOperation.IsCode(code)
        ? code
        : throw new ArgumentException("A code on the ledger has 1 to 64 of a-z, 0-9, '.', '-' and '/'.", nameof(code));
}
