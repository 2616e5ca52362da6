using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>What a training tells of its model, the same at all receivers; with the plan, its grants and the snapshots of the receipts it says what the model is made of (protocols/specs/train.md).</summary>
/// <param name="Training">The job.</param>
/// <param name="Model">The run, which names the model.</param>
/// <param name="Rows">Rows trained on.</param>
/// <param name="TestRows">Rows kept from training.</param>
/// <param name="Parts">Of each owner, in order, how many columns its part has and the commitment to the part.</param>
/// <param name="Losses">The loss after each epoch, where the protocol opens it.</param>
public sealed record ModelCard(Digest Training, Digest Model, long Rows, long TestRows, IReadOnlyList<ModelPartReference> Parts, IReadOnlyList<double> Losses)
{
    internal CanonicalWriter Encode(CanonicalWriter writer) => writer
        .Digest(Training).Digest(Model).Int64(Rows).Int64(TestRows)
        .List(Parts, (w, part) => w.Party(part.Of).UInt32((uint)part.Columns).Digest(part.Commitment))
        .List(Losses, (w, loss) => w.Int64(BitConverter.DoubleToInt64Bits(loss)));

    internal static ModelCard Decode(ref CanonicalReader reader) => new(
        reader.Digest(), reader.Digest(), reader.Int64(), reader.Int64(),
        reader.List((ref r) => new ModelPartReference(r.Party(), (int)Math.Min(r.UInt32(), int.MaxValue), r.Digest())),
        reader.List((ref r) => BitConverter.Int64BitsToDouble(r.Int64())));
}

/// <summary>A part of a model as others see it.</summary>
/// <param name="Of">Its owner.</param>
/// <param name="Columns">Of how many columns it is made.</param>
/// <param name="Commitment">The digest of the part with its salt, which both stay with the owner.</param>
public sealed record ModelPartReference(PartyId Of, int Columns, Digest Commitment);
