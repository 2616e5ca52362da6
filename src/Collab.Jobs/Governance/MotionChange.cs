using Collab.Primitives;

namespace Collab.Jobs.Governance;

/// <summary>What a motion would change: a closed set, of which each case is carried out by one vote of the quorum.</summary>
public abstract record MotionChange
{
    /// <summary>Gives a member other roles, suspends it or takes it back.</summary>
    /// <param name="Subject">The member.</param>
    /// <param name="Roles">All roles that it has afterwards.</param>
    /// <param name="Active">Whether it is active afterwards.</param>
    public sealed record Member(PartyId Subject, MemberRoles Roles, bool Active) : MotionChange;

    /// <summary>Pauses the consortium or ends the pause.</summary>
    /// <param name="Paused">Whether it is paused afterwards.</param>
    public sealed record Pause(bool Paused) : MotionChange;

    /// <summary>Sets how many operators carry a motion.</summary>
    /// <param name="Votes">1 to the number of active operators.</param>
    public sealed record Quorum(int Votes) : MotionChange;

    /// <summary>Names the consortium file that takes the place of this one; no run starts under this one afterwards.</summary>
    /// <param name="File">The file's salted digest.</param>
    public sealed record Successor(Digest File) : MotionChange
    {
        /// <summary>What a motion names for a file; who has file and salt can make it again.</summary>
        /// <param name="salt">32 random bytes, so that a file that can be guessed cannot be recognised.</param>
        /// <param name="file">The bytes of the file.</param>
        public static Digest DigestOf(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> file) =>
            Digest.Of("collab.consortium-file.v1", new CanonicalWriter().Raw(salt).Raw(file).ToArray());
    }

    internal static void Encode(CanonicalWriter writer, MotionChange change)
    {
        switch (change)
        {
            case Member c:
                writer.Byte(1).Party(c.Subject).Byte((byte)c.Roles).Boolean(c.Active);
                break;
            case Pause c:
                writer.Byte(2).Boolean(c.Paused);
                break;
            case Quorum c:
                writer.Byte(3).UInt32((uint)c.Votes);
                break;
            case Successor c:
                writer.Byte(4).Digest(c.File);
                break;
        }
    }

    internal static MotionChange Decode(ref CanonicalReader reader) => reader.Byte() switch
    {
        1 => new Member(reader.Party(), RolesFrom(reader.Byte()), reader.Boolean()),
        2 => new Pause(reader.Boolean()),
        3 => reader.UInt32() is var votes and >= 1 and <= int.MaxValue ? new Quorum((int)votes) : throw new MalformedException("a quorum of at least 1"),
        4 => new Successor(reader.Digest()),
        _ => throw new MalformedException("a known kind of motion"),
    };

    private static MemberRoles RolesFrom(byte value) =>
        (value & ~(byte)MemberRoles.All) == 0 ? (MemberRoles)value : throw new MalformedException("known roles");
}
