using Collab.Console.SignIn;

namespace Collab.Console.Tests.SignIn;

public class AttemptsTests
{
    private readonly MovedClock _clock = new();

    [Fact]
    public void Waits_grow_and_stop_growing_at_a_quarter_of_an_hour()
    {
        var attempts = new Attempts(_clock);
        for (var i = 0; i < 5; i++) Assert.Equal(TimeSpan.Zero, attempts.Begin("person wei"));
        foreach (var seconds in (int[])[2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), attempts.Begin("person wei"));
            _clock.Move(TimeSpan.FromSeconds(seconds));
            Assert.Equal(TimeSpan.Zero, attempts.Begin("person wei"));
        }
    }

    [Fact]
    public void A_person_waits_whatever_the_address_and_an_address_whoever_is_tried()
    {
        var attempts = new Attempts(_clock);
        for (var i = 0; i < 5; i++) attempts.Begin("person wei", $"address {i}");
        Assert.NotEqual(TimeSpan.Zero, attempts.Begin("person wei", "address 9"));
        Assert.Equal(TimeSpan.Zero, attempts.Begin("person lin", "address 9"));
        for (var i = 0; i < 5; i++) attempts.Begin($"person {i}", "address 7");
        Assert.NotEqual(TimeSpan.Zero, attempts.Begin("person lin", "address 7"));
    }

    [Fact]
    public void A_success_and_an_hour_forget_what_was_counted()
    {
        var attempts = new Attempts(_clock);
        for (var i = 0; i < 5; i++) attempts.Begin("person wei");
        attempts.Succeed("person wei");
        Assert.Equal(TimeSpan.Zero, attempts.Begin("person wei"));
        for (var i = 0; i < 4; i++) attempts.Begin("person wei");
        Assert.NotEqual(TimeSpan.Zero, attempts.Begin("person wei"));
        _clock.Move(TimeSpan.FromHours(2));
        for (var i = 0; i < 5; i++) Assert.Equal(TimeSpan.Zero, attempts.Begin("person wei"));
    }
}
