using Dapr.Actors.Client;
using Dapr.Actors.Runtime;

namespace Dapr.Actors.Tests;

/// <summary>Which interfaces and classes are actors.</summary>
public sealed class InterfaceRulesTests
{
    [Theory]
    [InlineData(typeof(IOverloaded), "overloaded")]
    [InlineData(typeof(IGeneric<int>), "Generic interfaces")]
    [InlineData(typeof(IGenericMethod), "cannot use generics")]
    [InlineData(typeof(ISynchronous), "must return either Task or Task<>")]
    [InlineData(typeof(IEarlyToken), "not its last parameter")]
    [InlineData(typeof(IOptional), "optional")]
    [InlineData(typeof(IVariable), "variable length")]
    [InlineData(typeof(IMixed), "does not derive from")]
    [InlineData(typeof(Counter), "not an interface")]
    [InlineData(typeof(IHidden), "must be public")]
    public void CreateActorProxy_InterfaceThatCannotBeCalled_SaysWhy(Type type, string reason)
    {
        FluentActions.Invoking(() => new ActorProxyFactory().CreateActorProxy(new ActorId("1"), type, "X")).Should().Throw<ArgumentException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void RegisterActor_ClassWithoutActorInterface_Throws()
    {
        FluentActions.Invoking(() => new ActorRuntimeOptions().Actors.RegisterActor<Faceless>()).Should().Throw<ArgumentException>().WithMessage("*does not implement any actor interfaces*");
    }

    [Fact]
    public void ActorTypeInformation_NameGiven_BeatsAttributeAndClass()
    {
        ActorTypeInformation.Get(typeof(Counter), "Given").ActorTypeName.Should().Be("Given");
        ActorTypeInformation.Get(typeof(Relay), null).ActorTypeName.Should().Be("Relay");
        var counter = ActorTypeInformation.Get(typeof(Counter), null);
        counter.ActorTypeName.Should().Be("Counter");
        counter.IsRemindable.Should().BeTrue();
        counter.InterfaceTypes.Should().BeEquivalentTo([typeof(ICounter), typeof(ICountReader)]);
    }

    public interface IOverloaded : IActor
    {
        Task M(int a);

        Task M(string a);
    }

    public interface IGeneric<T> : IActor
    {
        Task M(T a);
    }

    public interface IGenericMethod : IActor
    {
        Task M<T>(T a);
    }

    public interface ISynchronous : IActor
    {
        int M();
    }

    public interface IEarlyToken : IActor
    {
#pragma warning disable CA1068 // What the rule forbids is what is tested.
        Task M(CancellationToken token, int a);
#pragma warning restore CA1068
    }

    public interface IOptional : IActor
    {
        Task M(int a = 1);
    }

    public interface IVariable : IActor
    {
        Task M(params int[] a);
    }

    public interface INotAnActor;

    public interface IMixed : IActor, INotAnActor;

    internal interface IHidden : IActor
    {
        Task M();
    }

    private sealed class Faceless(ActorHost host) : Actor(host);
}
