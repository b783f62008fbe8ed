// The vendor's npm client on the simulator: sign in, subscribe, print each event as a line of JSON.
// Run by test_vendor_node.py with SERVER, CLIENT_ID, CLIENT_SECRET and JWT in the environment.
const {SDK} = require('@ringcentral/sdk');
const {Subscriptions} = require('@ringcentral/subscriptions');

const main = async () => {
  const sdk = new SDK({
    server: process.env.SERVER,
    clientId: process.env.CLIENT_ID,
    clientSecret: process.env.CLIENT_SECRET,
  });
  await sdk.platform().login({jwt: process.env.JWT});
  const subscription = new Subscriptions({sdk}).createSubscription();
  subscription.on(subscription.events.notification, event => console.log(JSON.stringify(event)));
  await subscription.setEventFilters(['/restapi/v1.0/account/~/extension/~/message-store']).register();
  console.log(JSON.stringify('ready'));
};

main().catch(error => {
  console.error(error);
  process.exit(1);
});
