using Collab.Primitives;

namespace Collab.Channels.Tests;

/// <summary>The frames of protocols/specs/channels.md as bytes; a change here is a change of the protocol.</summary>
public class FrameLayoutTests
{
    [Fact]
    public void Hello() => Assert.Equal(
        "010000000000000000" + "0E000000" + "636F6C6C61622E6368616E6E656C" + "01000000" + "00000000"
        + "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855" + "01000000" + "61" + "01000000" + "62" + "00008000" + "00000004",
        Hex(FrameKind.Hello, 0, Frames.Encode(new Hello(1, 0, Digest.Sha256([]), PartyId.Parse("a"), PartyId.Parse("b"), 8 << 20, 64 << 20))));

    [Fact]
    public void Open() => Assert.Equal("020100000000000000" + "05000000" + "03000000" + "612F62", Hex(FrameKind.Open, 1, Frames.EncodeOpen(5, "a/b")));

    [Fact]
    public void Data()
    {
        var frame = new byte[Frames.DataHeaderSize + 1];
        frame[^1] = 0xAB;
        Frames.WriteData(frame, 2, 5, 7, true);
        Assert.Equal("030200000000000000" + "05000000" + "0700000000000000" + "01" + "AB", Convert.ToHexString(frame));
    }

    [Fact]
    public void Credit() => Assert.Equal("040300000000000000" + "05000000" + "00002000", Hex(FrameKind.Credit, 3, Frames.EncodeCredit(5, 2 << 20)));

    [Fact]
    public void End() => Assert.Equal("050400000000000000" + "05000000", Hex(FrameKind.End, 4, Frames.EncodeEnd(5)));

    [Fact]
    public void Abort()
    {
        var fault = new Fault("a.b", ErrorKind.Peer, PartyId.Parse("c"), null, "m", "n");
        var frame = Frames.EncodeAbort(fault);
        Assert.Equal("070500000000000000" + "03000000612E62" + "04" + "010100000063" + "00" + "010000006D" + "010000006E", Hex(FrameKind.Abort, 5, frame));
        Assert.Equal(fault, Frames.DecodeAbort(frame));
    }

    [Fact]
    public void An_abort_of_ours_is_always_one_that_the_peer_accepts()
    {
        var fault = new Fault("a.b", ErrorKind.Internal, null, new StepId("s.1"), "two\r\nlines \u202E \uD800 " + new string('x', 2000), "n");
        var sent = Frames.DecodeAbort(Frames.EncodeAbort(fault));
        Assert.StartsWith("two  lines", sent.Message);
        Assert.Equal(1000, sent.Message.Length);
    }

    private static string Hex(FrameKind kind, ulong number, byte[] frame)
    {
        Frames.WriteHeader(frame, kind, number);
        return Convert.ToHexString(frame);
    }
}
